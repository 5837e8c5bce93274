namespace Capns.Core.Caps;

/// <summary>Where the value of an argument may come from (CapNs spec 7.1).</summary>
public abstract record ArgSource
{
    private ArgSource()
    {
    }

    /// <summary>The name of its only member in JSON: <c>stdin</c>, <c>position</c> or <c>cli_flag</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Standard input.</summary>
    /// <param name="MediaUrn">What is expected there.</param>
    public sealed record Stdin(string MediaUrn) : ArgSource
    {
        /// <summary>How this source is called in JSON.</summary>
        public const string TypeName = "stdin";

        /// <inheritdoc />
        public override string Type => TypeName;
    }

    /// <summary>A place in the list of positional values.</summary>
    /// <param name="Index">0 and up.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="Index"/> is negative.</exception>
    public sealed record Position(int Index) : ArgSource
    {
        /// <summary>How this source is called in JSON.</summary>
        public const string TypeName = "position";

        /// <summary>0 and up.</summary>
        public int Index { get; init => field = CheckIndex(value); } = CheckIndex(Index);

        /// <inheritdoc />
        public override string Type => TypeName;

        private static int CheckIndex(int index)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            return index;
        }
    }

    /// <summary>An option.</summary>
    /// <param name="Flag">As typed, dashes included; never rewritten (RULE11).</param>
    public sealed record CliFlag(string Flag) : ArgSource
    {
        /// <summary>How this source is called in JSON.</summary>
        public const string TypeName = "cli_flag";

        /// <summary>What every plugin has for itself and no argument may take, with case (RULE10, CapNs spec 8.2).</summary>
        public static IReadOnlyList<string> ReservedFlags { get; } = ["manifest", "--help", "--version", "-v", "-h"];

        /// <inheritdoc />
        public override string Type => TypeName;
    }
}
