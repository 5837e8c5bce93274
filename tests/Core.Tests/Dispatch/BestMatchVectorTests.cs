using Capns.Core.Dispatch;
using Capns.Core.Matching;
using Capns.Core.Tests.Vectors;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Dispatch;

/// <summary>The public vectors of selection, through a block (CapNs spec 6.2, 11.3).</summary>
public sealed class BestMatchVectorTests
{
    public static TheoryData<string> Agreed => CapnsVectors.Ids("best_match");

    public static TheoryData<string> Contested => CapnsVectors.Ids("best_match", contested: true);

    [Theory]
    [MemberData(nameof(Agreed))]
    public void FindBestCapSet_Agreed_IsTheListedOne(string id)
    {
        var vector = CapnsVectors.Get(id);

        Assert.Equal(vector.ExpectedIndex, Choose(vector, SelectionPolicy.Default));
    }

    [Theory]
    [MemberData(nameof(Contested))]
    public void FindBestCapSet_Contested_DependsOnTheSchemeAsListed(string id)
    {
        var vector = CapnsVectors.Get(id);

        Assert.Equal(vector.ExpectedIndex, Choose(vector, SelectionPolicy.Default));
        Assert.Equal(vector.Alternatives!["graded"].GetInt32(), Choose(vector, new() { Scheme = SpecificityScheme.Graded }));
        Assert.Equal(vector.Alternatives!["tagcount"].GetInt32(), Choose(vector, new() { Scheme = SpecificityScheme.TagCount }));
    }

    [Theory]
    [MemberData(nameof(Agreed))]
    public void FindBestCapSet_AgreedWithAlternatives_GivesThemUnderTheirPolicy(string id)
    {
        var vector = CapnsVectors.Get(id);
        foreach (var (name, index) in vector.Alternatives ?? [])
        {
            SelectionPolicy? policy = name switch
            {
                "graded" => new() { Scheme = SpecificityScheme.Graded },
                "capmatcher" => new() { TieBreak = TieBreak.Last },
                "first_in_set" => null, // D6: a defect that must not be copied.
                _ => throw new InvalidOperationException($"{id}: unknown alternative {name}"),
            };
            Assert.True(policy is null || Choose(vector, policy) == index.GetInt32(), $"{id}: {name}");
        }
    }

    /// <summary>The index of the capability that is chosen; each is its own executor unless the vector names sets.</summary>
    private static int? Choose(Vector vector, SelectionPolicy policy)
    {
        var caps = vector.Registered!.Select(one => Example.Cap(one.Cap)).ToArray();
        var block = new CapBlock(new CapBlockOptions { Policy = policy });
        var listed = vector.Registered!.Select((one, at) => (Registry: one.Registry ?? "only", Set: one.Set ?? $"set{at}", Cap: caps[at]));
        foreach (var registry in listed.GroupBy(one => one.Registry))
        {
            var matrix = new CapMatrix();
            foreach (var set in registry.GroupBy(one => one.Set))
            {
                matrix.RegisterCapSet(set.Key, Example.Set(set.Key), [.. set.Select(one => one.Cap)]);
            }

            block.AddRegistry(registry.Key, matrix);
        }

        var request = CapUrn.Parse(vector.Request!);
        var found = block.TryFindBestCapSet(request, out var match);
        Assert.Equal(found, block.CanHandle(request));
        return found ? Array.FindIndex(caps, cap => ReferenceEquals(cap, match!.Cap)) : null;
    }
}
