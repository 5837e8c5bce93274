namespace Capns.Discovery.Worker.Recommendations;

/// <summary>The parts of a tool's score, each 0 to 1 (platform spec 7.4). A part that cannot be computed is NaN and left out.</summary>
/// <param name="Rel">How well it fits the words or the topic.</param>
/// <param name="Assoc">How well it goes with the tools in use.</param>
/// <param name="Qual">How often it ended well, over all agents.</param>
/// <param name="Pref">The same for this agent.</param>
/// <param name="Pop">How much it is used.</param>
/// <param name="Econ">How cheap and fast it is.</param>
internal readonly record struct ScoreParts(double Rel, double Assoc, double Qual, double Pref, double Pop, double Econ)
{
    /// <summary>Weights in the order of the parts; they sum to 1.</summary>
    private static ReadOnlySpan<double> Weights => [0.35, 0.20, 0.20, 0.10, 0.10, 0.05];

    /// <summary>Names in answers, in the same order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["rel", "assoc", "qual", "pref", "pop", "econ"];

    /// <summary>The weighted sum, with the weights of what is there scaled to 1; 0 when nothing is.</summary>
    public double Score
    {
        get
        {
            var (sum, weight) = (0.0, 0.0);
            for (var part = 0; part < Weights.Length; part++)
            {
                var value = this[part];
                if (!double.IsNaN(value))
                {
                    sum += Weights[part] * value;
                    weight += Weights[part];
                }
            }

            return weight == 0 ? 0 : sum / weight;
        }
    }

    /// <summary>Name of the part with the largest weighted share; of those alike the first.</summary>
    public string Largest
    {
        get
        {
            var (best, largest) = (0, double.NegativeInfinity);
            for (var part = 0; part < Weights.Length; part++)
            {
                var share = Weights[part] * this[part];
                if (share > largest)
                {
                    (best, largest) = (part, share);
                }
            }

            return Names[best];
        }
    }

    private double this[int part] => part switch
    {
        0 => Rel,
        1 => Assoc,
        2 => Qual,
        3 => Pref,
        4 => Pop,
        _ => Econ,
    };

    /// <summary>What is there, by name, 4 digits.</summary>
    public IReadOnlyDictionary<string, double> ToComponents()
    {
        var parts = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var part = 0; part < Weights.Length; part++)
        {
            if (!double.IsNaN(this[part]))
            {
                parts[Names[part]] = Rounded.To4(this[part]);
            }
        }

        return parts;
    }
}

/// <summary>Numbers as answers hold them.</summary>
internal static class Rounded
{
    /// <summary>4 digits (platform spec 7.4); halves away from 0.</summary>
    public static double To4(double value) => Math.Round(value, 4, MidpointRounding.AwayFromZero);
}
