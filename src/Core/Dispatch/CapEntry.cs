using Capns.Core.Caps;
using Capns.Core.Matching.Explanations;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>An executor as it was registered once; registering again under its name makes another.</summary>
internal sealed class CapSetRegistration
{
    public CapSetRegistration(string name, ICapSet set, IEnumerable<Cap> caps, long place)
    {
        Public = new RegisteredCapSet(name, set, Array.AsReadOnly(caps.ToArray()));
        Place = place;
        Entries = [.. Public.Caps.Select((cap, at) => new CapEntry(this, cap, at))];
    }

    public RegisteredCapSet Public { get; }

    /// <summary>Where it stands in its matrix; kept by whoever replaces it.</summary>
    public long Place { get; }

    public CapEntry[] Entries { get; }

    /// <summary>Its capabilities as explanations name them.</summary>
    public IEnumerable<CandidateCap> Candidates(string? registry)
    {
        var label = registry is null ? Public.Name : $"{registry}/{Public.Name}";
        return Entries.Select(entry => new CandidateCap(label, entry.Urn));
    }
}

/// <summary>One capability of one executor; equal only to itself.</summary>
internal sealed class CapEntry(CapSetRegistration registration, Cap cap, int position)
{
    public CapSetRegistration Registration { get; } = registration;

    public Cap Cap { get; } = cap;

    public CapUrn Urn => Cap.Urn;

    /// <summary>Below 0: registered earlier in the same matrix.</summary>
    public int CompareOrder(CapEntry other) => Registration.Place != other.Registration.Place
        ? Registration.Place.CompareTo(other.Registration.Place)
        : Position.CompareTo(other.Position);

    /// <summary>Where it stands among the capabilities of its executor.</summary>
    private int Position { get; } = position;

    public BestCapSetMatch ToMatch(string registry, int specificity) =>
        new(Cap, specificity, registry, Registration.Public.Name, Registration.Public.Set);
}
