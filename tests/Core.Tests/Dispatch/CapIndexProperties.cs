using Capns.Core.Dispatch;
using Capns.Core.Matching;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Dispatch;

/// <summary>What is found with the index is what is found by looking at every capability (CapNs notes B2).</summary>
public sealed class CapIndexProperties
{
    private static readonly SelectionPolicy[] Policies =
    [
        .. from scheme in Enum.GetValues<SpecificityScheme>()
           from tieBreak in Enum.GetValues<TieBreak>()
           from mode in Enum.GetValues<SpecialValueMode>()
           select new SelectionPolicy { Scheme = scheme, TieBreak = tieBreak, SpecialValues = mode },
    ];

    [Fact]
    public void FindBestCapSet_TenThousandRequestsOverTenThousandCaps_IsTheFirstOfThoseWithTheHighestScore()
    {
        var random = new RandomCaps(seed: 20_260_113, operations: 80, rareKeys: 90);
        var caps = random.Take(10_000);
        var matrix = new CapMatrix();
        foreach (var chunk in caps.Chunk(40))
        {
            matrix.RegisterCapSet($"set{matrix.HostNames.Count}", Example.Set("any"), [.. chunk.Select(cap => Example.Cap(cap))]);
        }

        // The sort is stable: what accepts first here has the highest score, and was registered first of those.
        var ranked = caps.OrderByDescending(cap => cap.Specificity).ToArray();
        var requests = random.Take(10_000);
        var expected = requests.AsParallel().AsOrdered().Select(request => Array.Find(ranked, cap => cap.Accepts(request))).ToArray();

        Assert.All(requests.Zip(expected), pair => AssertSame(pair.Second, matrix, pair.First));
        Assert.Contains(expected, cap => cap is null);
        Assert.True(expected.Distinct().Count() > 500);
    }

    [Theory]
    [InlineData(7, 300, 0)]
    [InlineData(8, 1_500, 0)]
    [InlineData(9, 1_500, 200)]
    [InlineData(10, 25, 0)]
    [InlineData(11, 0, 0)]
    public void FindBestCapSet_EveryPolicy_IsThatOfTheLinearScan(int seed, int count, int rareKeys)
    {
        var random = new RandomCaps(seed, operations: 12, rareKeys);
        var caps = random.Take(count);
        foreach (var policy in Policies)
        {
            var matrix = new CapMatrix(policy);
            matrix.RegisterCapSet("all", Example.Set("any"), [.. caps.Select(cap => Example.Cap(cap))]);
            foreach (var request in random.Take(60))
            {
                AssertSame(CapMatcher.FindBestMatch(caps, request, policy), matrix, request);
            }
        }
    }

    [Fact]
    public void FindBestCapSet_SeveralMatricesUnderAnotherPolicy_IsThatOfTheLinearScanOverAll()
    {
        var random = new RandomCaps(seed: 12);
        var groups = Enumerable.Range(0, 4).Select(_ => random.Take(200)).ToArray();
        foreach (var policy in Policies)
        {
            var block = new CapBlock(new CapBlockOptions { Policy = policy });
            foreach (var group in groups)
            {
                var matrix = new CapMatrix();
                matrix.RegisterCapSet("all", Example.Set("any"), [.. group.Select(cap => Example.Cap(cap))]);
                block.AddRegistry($"registry{block.RegistryNames.Count}", matrix);
            }

            foreach (var request in random.Take(60))
            {
                var expected = CapMatcher.FindBestMatch(groups.SelectMany(group => group), request, policy);
                Assert.Equal(expected is not null, block.TryFindBestCapSet(request, out var match));
                Assert.Same(expected, match?.Cap.Urn);
                Assert.Equal(expected?.GetSpecificity(policy.Scheme), match?.Specificity);
            }
        }
    }

    [Theory]
    [InlineData(13)]
    [InlineData(14)]
    public void FindBestCapSet_AfterRandomChanges_IsThatOfTheLinearScanInTheOrderOfRegistration(int seed)
    {
        var random = new RandomCaps(seed);
        var matrix = new CapMatrix();
        var held = new List<(string Name, CapUrn[] Caps)>();
        for (var step = 0; step < 400; step++)
        {
            var (name, caps) = ($"set{random.Below(60)}", random.Take(random.Below(30)));
            var at = held.FindIndex(one => one.Name == name);
            if (random.Below(3) == 0)
            {
                Assert.Equal(at >= 0, matrix.UnregisterCapSet(name));
                held.RemoveAll(one => one.Name == name);
            }
            else
            {
                matrix.RegisterCapSet(name, Example.Set(name), [.. caps.Select(cap => Example.Cap(cap))]);
                _ = at >= 0 ? held[at] = (name, caps) : Add(held, (name, caps));
            }

            Assert.Equal(held.Select(one => one.Name), matrix.HostNames);
            var request = random.Next();
            AssertSame(CapMatcher.FindBestMatch(held.SelectMany(one => one.Caps), request), matrix, request);
        }

        static (string, CapUrn[]) Add(List<(string, CapUrn[])> list, (string, CapUrn[]) one)
        {
            list.Add(one);
            return one;
        }
    }

    [Fact]
    public void FindBestCapSet_OneOperationWithAThousandConversions_FindsEachByItsDirections()
    {
        var types = Enumerable.Range(0, 32).Select(at => $"media:type{at};textable").ToArray();
        CapUrn[] caps =
            [.. from input in types from output in types select CapUrn.Parse($"cap:in=\"{input}\";op=convert;out=\"{output}\"")];
        var matrix = new CapMatrix();
        matrix.RegisterCapSet("all", Example.Set("any"), [.. caps.Select(cap => Example.Cap(cap))]);

        Assert.All(caps, cap => AssertSame(cap, matrix, cap));
        AssertSame(null, matrix, CapUrn.Parse("cap:in=media:textable;op=convert;out=*"));
        AssertSame(caps[0], matrix, CapUrn.Parse("cap:in=*;op=convert;out=media:textable"));
        AssertSame(caps[31], matrix, CapUrn.Parse("cap:in=*;out=media:type31"));
        AssertSame(caps[31 * 32], matrix, CapUrn.Parse("cap:in=\"media:type31;textable;more\";out=*"));
    }

    private static void AssertSame(CapUrn? expected, CapMatrix matrix, CapUrn request)
    {
        var found = matrix.TryFindBestCapSet(request, out var match);

        Assert.True(ReferenceEquals(expected, match?.Cap.Urn), $"{request}: {match?.Cap.Urn} instead of {expected}");
        Assert.Equal(expected is not null, found);
        Assert.Equal(found, matrix.CanHandle(request));
    }
}
