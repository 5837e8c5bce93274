using System.Collections.Concurrent;
using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Matching;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Dispatch;

/// <summary>Real threads that change and look up at once (CapNs notes B3).</summary>
public sealed class ConcurrentChangeTests
{
    private const int Operations = 40;
    private static readonly CapUrn[] Requests =
        [.. Enumerable.Range(0, Operations).Select(at => CapUrn.Parse($"cap:ext=pdf;in=media:bytes;op=op{at};out=*"))];

    private long _clock;

    /// <summary>For another policy than the matrix's, those who look up make the index themselves.</summary>
    [Theory]
    [InlineData(SpecificityScheme.Reference)]
    [InlineData(SpecificityScheme.Graded)]
    public async Task FindBestCapSet_WhileOthersRegisterAndUnregister_FindsOnlyWhatIsWhole(SpecificityScheme scheme)
    {
        var matrix = new CapMatrix();
        var block = new CapBlock(new CapBlockOptions { Policy = new SelectionPolicy { Scheme = scheme } });
        block.AddRegistry("only", matrix);

        // These two stay: something always accepts, and the last operation always has a specific executor.
        Register(matrix, "generic", "cap:in=*;out=*");
        var lasting = Register(matrix, "lasting", $"cap:ext=pdf;in=media:bytes;op=op{Operations - 1};out=media:bytes");
        var failures = new ConcurrentQueue<string>();
        using var writing = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 2).Select(number => Thread(() => Change(matrix, number))).ToArray();
        var readers = Enumerable.Range(0, 3)
            .Select(number => Thread(() => Look(block, number, lasting, failures, writing.Token))).ToArray();

        await Task.WhenAll(writers);
        await writing.CancelAsync();
        var looks = await Task.WhenAll(readers);

        Assert.Empty(failures);
        Assert.All(looks, count => Assert.True(count > 0));
        Assert.Equal(["generic", "lasting"], matrix.HostNames.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AddRegistry_WhileOthersLookUp_IsSeenWholeOrNotAtAll()
    {
        var block = Example.Block(("first", Example.Matrix(("a", ["cap:in=*;op=x;out=*"]))));
        var second = Example.Matrix(("b", ["cap:in=*;op=x;out=media:bytes"]));
        var request = CapUrn.Parse("cap:in=*;op=x;out=*");
        using var writing = new CancellationTokenSource();
        var reader = Thread(() =>
        {
            var looks = 0;
            do
            {
                var match = block.FindBestCapSet(request);
                Assert.Equal(match.RegistryName == "first" ? "a" : "b", match.SetName);
                looks++;
            }
            while (!writing.IsCancellationRequested);

            return looks;
        });

        for (var time = 0; time < 5_000; time++)
        {
            block.AddRegistry("second", second);
            Assert.Same(second, block.RemoveRegistry("second"));
        }

        await writing.CancelAsync();
        Assert.True(await reader > 0);
    }

    private static Task<int> Thread(Func<int> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Each writer has names of its own; what it replaces or removes is marked as gone afterwards.</summary>
    private int Change(CapMatrix matrix, int writer)
    {
        var random = new Random(writer);
        var held = new Dictionary<string, StampedSet>();
        for (var step = 0; step < 3_000; step++)
        {
            var name = $"set{writer}-{random.Next(60)}";
            var before = held.GetValueOrDefault(name);
            if (before is not null && random.Next(2) == 0)
            {
                Assert.True(matrix.UnregisterCapSet(name));
                held.Remove(name);
            }
            else
            {
                var caps = Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"cap:in=media:bytes;op=op{random.Next(Operations)};out=*");
                held[name] = Register(matrix, name, [.. caps]);
            }

            before?.Gone(Interlocked.Increment(ref _clock));
        }

        foreach (var name in held.Keys)
        {
            Assert.True(matrix.UnregisterCapSet(name));
        }

        return held.Count;
    }

    private int Look(
        CapBlock block, int reader, StampedSet lasting, ConcurrentQueue<string> failures, CancellationToken until)
    {
        var random = new Random(100 + reader);
        var looks = 0;
        do
        {
            var request = Requests[random.Next(Operations)];
            var began = Interlocked.Increment(ref _clock);
            var match = block.FindBestCapSet(request);
            var ended = Interlocked.Increment(ref _clock);
            var set = (StampedSet)match.Set;
            var isWhole = set.Caps.Any(cap => ReferenceEquals(cap, match.Cap)) && set.Name == match.SetName
                && match.Cap.Urn.Accepts(request) && match.Specificity == match.Cap.Urn.GetSpecificity(block.Options.Policy.Scheme)
                && set.RegisteredAt <= ended && set.GoneAt >= began
                && (request != Requests[^1] || set == lasting);
            if (!isWhole)
            {
                failures.Enqueue($"{request} from {began} to {ended}: {match}, there from {set.RegisteredAt} to {set.GoneAt}");
            }

            looks++;
        }
        while (!until.IsCancellationRequested);

        return looks;
    }

    private StampedSet Register(CapMatrix matrix, string name, params string[] caps)
    {
        var set = new StampedSet(name, [.. caps.Select(cap => Example.Cap(cap))], Interlocked.Increment(ref _clock));
        matrix.RegisterCapSet(name, set, set.Caps);
        return set;
    }

    private sealed class StampedSet(string name, Cap[] caps, long registeredAt) : ICapSet
    {
        private long _goneAt = long.MaxValue;

        public string Name => name;

        public Cap[] Caps => caps;

        public long RegisteredAt => registeredAt;

        public long GoneAt => Volatile.Read(ref _goneAt);

        public void Gone(long at) => Volatile.Write(ref _goneAt, at);

        public Task<CapResult> ExecuteAsync(CapUrn request, CapCall call, CancellationToken cancellationToken = default) =>
            Task.FromResult(CapResult.FromText(name));
    }
}
