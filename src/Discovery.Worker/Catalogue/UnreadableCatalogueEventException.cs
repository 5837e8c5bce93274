namespace Capns.Discovery.Worker.Catalogue;

/// <summary>An event of our own registry lacks what it must have: registry and discovery do not fit together. Retried, then dead-lettered.</summary>
internal sealed class UnreadableCatalogueEventException(string message) : Exception(message);
