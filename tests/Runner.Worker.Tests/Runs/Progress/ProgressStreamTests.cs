using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Runs.Output;
using Capns.Runner.Worker.Runs.Progress;
using Capns.Testing;

namespace Capns.Runner.Worker.Tests.Runs.Progress;

#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class ProgressStreamTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const int AtOnce = EventRate.PerSecond - MergedEvents.MaxCount;
    private readonly ManualTime _time = new(Example.Now);
    private readonly RecordedProgress _sink = new();
    private readonly RecordedReports _reports = new();
    private ProgressStream _stream = null!;

    public Task InitializeAsync()
    {
        _stream = new ProgressStream(Example.RunTool(), _sink, _reports, Example.Options(), _time);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _stream.DisposeAsync();

    [Fact]
    public async Task Add_FewEvents_EachIsSentAtOnceWithTheNextSequence()
    {
        for (var line = 1; line <= AtOnce; line++)
        {
            _stream.Add(new ToolLogged("stdout", $"line {line}", false));
        }

        for (var line = 1; line <= AtOnce; line++)
        {
            var happened = await _sink.NextAsync();
            Assert.Equal((line + 1, $"line {line}", "stdout"), (happened.Sequence, happened.Log!.Line, happened.Log.Stream));
            Assert.Equal(Example.Now, happened.Timestamp);
            Assert.Equal("r-77", happened.CallId);
        }

        Assert.Equal(AtOnce + 1, _stream.LastSequence);
    }

    [Fact]
    public async Task Add_ManyEventsAtOnce_SurplusIsMergedAndNoneIsLost()
    {
        for (var number = 1; number <= 100; number++)
        {
            _stream.Add(new ToolLogged(number % 2 == 0 ? "stdout" : "stderr", $"line {number}", false));
            _stream.Add(new ToolProgressed(number, null, number == 50 ? "half" : null));
        }

        for (var sent = 0; sent < AtOnce; sent++)
        {
            await _sink.NextAsync();
        }

        // Nothing more within the second.
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(_sink.TryNext(out _));
        _time.Advance(TimeSpan.FromMilliseconds(1));

        var merged = new[] { await _sink.NextAsync(), await _sink.NextAsync(), await _sink.NextAsync() };
        var progress = merged.Single(happened => happened.Kind == ProgressKind.Progress);
        Assert.Equal((100, "half"), (progress.Progress, progress.Message));
        var stdout = merged.Single(happened => happened.Log?.Stream == "stdout").Log!.Line.Split('\n');
        Assert.Equal("line 100", stdout[^1]);
        Assert.Equal(49, stdout.Length);
    }

    [Fact]
    public async Task Complete_SendsWhatWaitsWithoutBreakingTheRate()
    {
        for (var number = 1; number <= 100; number++)
        {
            _stream.Add(new ToolLogged("stdout", "x", false));
            _stream.Add(new ToolLogged("stderr", "y", false));
            _stream.Add(new ToolProgressed(number, null, null));
            _stream.Add(new ToolGavePart(Example.Json($"{number}")));
        }

        await _stream.CompleteAsync();

        var sent = new List<ToolExecutionProgress>();
        while (_sink.TryNext(out var happened))
        {
            sent.Add(happened!);
        }

        Assert.Equal(EventRate.PerSecond, sent.Count);
        Assert.Equal(Enumerable.Range(2, sent.Count), sent.Select(happened => happened.Sequence));
        Assert.Equal(sent[^1].Sequence, _stream.LastSequence);
        Assert.Equal(100, sent.Last(happened => happened.Kind == ProgressKind.Partial).PartialResult!.Value.GetInt32());
        Assert.Equal(sent.Select(happened => happened.Sequence), Recorded());
    }

    [Fact]
    public async Task Add_MergedLogIsTooLarge_IsCutAndSaysSo()
    {
        for (var line = 0; line < 100; line++)
        {
            _stream.Add(new ToolLogged("stdout", new string('\u0001', 8 * 1024), false));
        }

        await _stream.CompleteAsync();

        var last = default(ToolExecutionProgress);
        while (_sink.TryNext(out var happened))
        {
            last = happened;
            Assert.True(JsonSerializer.SerializeToUtf8Bytes(happened, WireJson.Options).Length <= 64 * 1024);
        }

        Assert.True(last!.Truncated);
    }

    [Fact]
    public async Task Add_PartialResultIsTooLarge_IsLeftOutAndSaysSo()
    {
        _stream.Add(new ToolGavePart(Example.Json($"\"{new string('x', 70_000)}\"")));

        var happened = await _sink.NextAsync();

        Assert.Equal(ProgressKind.Partial, happened.Kind);
        Assert.Null(happened.PartialResult);
        Assert.True(happened.Truncated);
    }

    [Fact]
    public async Task Heartbeat_NothingHappens_IsSentAfterEachInterval()
    {
        for (var beat = 1; beat <= 2; beat++)
        {
            await Eventually.TrueAsync(() => _time.WaitingTimers > 0, "the timer");
            _time.Advance(TimeSpan.FromSeconds(30));
            var happened = await _sink.NextAsync();
            Assert.Equal((ProgressKind.Heartbeat, beat + 1), (happened.Kind, happened.Sequence));
            Assert.Equal(30_000 * beat, happened.Resources.DurationMs);
        }
    }

    [Fact]
    public async Task Record_Events_AreReportedAfterHalfASecond()
    {
        _stream.Add(new ToolLogged("stdout", "a", false));
        await _sink.NextAsync();
        Assert.Empty(_reports.All);

        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return _reports.All.Count > 0;
            },
            "the report");

        var report = Assert.IsType<RunEventsRecorded>(Assert.Single(_reports.All));
        Assert.Equal(2, report.LastSequence);
        Assert.Equal("a", Assert.Single(report.Events).Log!.Line);
    }

    [Theory]
    [InlineData(SecurityLevel.Safe, true)]
    [InlineData(SecurityLevel.Moderate, true)]
    [InlineData(SecurityLevel.Restricted, false)]
    [InlineData(SecurityLevel.Dangerous, false)]
    public void ForTheBus_HigherLevels_CarryNeitherLogNorPartialResult(SecurityLevel level, bool travels)
    {
        var draft = new ProgressDraft { Kind = ProgressKind.Log, Log = new LogLine { Stream = "stdout", Line = "x" }, PartialResult = Example.Json("1") };
        var happened = ProgressEvents.Create(Example.RunTool(), draft, 2, Example.Now, TimeSpan.Zero);

        var sent = ProgressEvents.ForTheBus(happened, level);

        Assert.Equal(travels, sent.Log is not null);
        Assert.Equal(travels, sent.PartialResult is not null);
        Assert.Equal((2, ProgressKind.Log), (sent.Sequence, sent.Kind));
    }

    private IEnumerable<int> Recorded() =>
        _reports.All.Cast<RunEventsRecorded>().SelectMany(report => report.Events).Select(happened => happened.Sequence);
}
