namespace Capns.Core.Validation;

/// <summary>Why a JSON value is not a schema that we can use.</summary>
/// <param name="Path">JSON Pointer into the schema; the empty text is the whole schema.</param>
/// <param name="Keyword">The keyword at fault; empty when it is the schema as a whole.</param>
/// <param name="Message">What is wrong and what is expected, for people.</param>
public sealed record SchemaError(string Path, string Keyword, string Message);
