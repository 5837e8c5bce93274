using Capns.Core.Caps;

namespace Capns.Core.Dispatch;

/// <summary>What was chosen for a request (CapNs spec 11.3). Immutable.</summary>
/// <param name="Cap">The definition; it was registered together with <paramref name="Set"/>.</param>
/// <param name="Specificity">Its score by the scheme of the policy that chose; scores of different schemes cannot be compared.</param>
/// <param name="RegistryName">The registry in the block; empty when a matrix was asked by itself.</param>
/// <param name="SetName">The executor's name in its matrix.</param>
/// <param name="Set">The executor.</param>
public sealed record BestCapSetMatch(Cap Cap, int Specificity, string RegistryName, string SetName, ICapSet Set);

/// <summary>An executor and what it is registered for (CapNs spec 11.2). Immutable.</summary>
/// <param name="Name">Its name in its matrix.</param>
/// <param name="Set">The executor.</param>
/// <param name="Caps">What it can do, in the order in which ties are broken.</param>
public sealed record RegisteredCapSet(string Name, ICapSet Set, IReadOnlyList<Cap> Caps);
