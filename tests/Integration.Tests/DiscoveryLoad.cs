using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Capns.Integration.Tests;

/// <summary>A steady load of questions and feedback. Every question is remembered until its answer comes.</summary>
internal sealed class DiscoveryLoad : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private readonly DiscoveryService _service;
    private readonly string _run = Guid.CreateVersion7().ToString("N");
    private readonly IReadOnlyList<string> _tools;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, string> _open = new();
    private readonly ConcurrentQueue<Answer> _answers = new();
    private readonly Task _loop;
    private int _asked;
    private int _taught;

    /// <param name="service">Asks.</param>
    /// <param name="tools">The first is what the words of the questions fit best, the others are in use; all are given feedback.</param>
    public DiscoveryLoad(DiscoveryService service, IReadOnlyList<string> tools)
    {
        (_service, _tools) = (service, tools);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Questions so far.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Feedback events that the broker has confirmed; their ids begin with <see cref="Run"/>.</summary>
    public int Taught => Volatile.Read(ref _taught);

    public string Run => _run;

    public IReadOnlyCollection<Answer> Answers => _answers;

    /// <summary>What has no answer yet of the first questions.</summary>
    public IReadOnlyList<string> Open(int upTo) => [.. _open.Where(pair => pair.Key <= upTo).OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}")];

    /// <summary>The last answer of a mode; null before the first.</summary>
    public Answer? Last(string mode, int after) => _answers.LastOrDefault(answer => answer.Mode == mode && answer.Number > after);

    /// <summary>Ends the load; the answers to what was asked may still come.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var pace = new PeriodicTimer(Pace);
        while (!_stop.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None))
        {
            var number = Interlocked.Increment(ref _asked);
            await AskAsync(number);
            if (number % 3 == 0)
            {
                await TeachAsync(number);
            }
        }
    }

    private async Task AskAsync(int number)
    {
        // Every agent comes again, so that there are both kept and fresh answers.
        var agentId = $"{_run}-{number % 40}";
        var mode = number % 2 == 0 ? "search" : "recommend";
        object question = mode == "search"
            ? new { agentId, query = "frequency of each word in a text", mode, limit = 3, includeParameters = number % 4 == 0 }
            : new { agentId, query = "frequency of each word in a text", currentToolIds = new[] { _tools[1 + (number % (_tools.Count - 1))] }, mode, limit = 3 };
        _open[number] = mode;
        var started = Stopwatch.GetTimestamp();
        var reply = await _service.SendAsync(question);
        _ = reply.ContinueWith(
            answered =>
            {
                _answers.Enqueue(Answer.Of(number, mode, Stopwatch.GetElapsedTime(started), answered.Result));
                _open.TryRemove(number, out var _);
            },
            TaskScheduler.Default);
    }

    private async Task TeachAsync(int number)
    {
        await _service.TeachAsync(new
        {
            eventId = $"{_run}-{number}",
            toolId = _tools[number % _tools.Count],
            agentId = $"{_run}-{number % 40}",
            outcome = "success",
            effectiveness = 0.25 * (number % 5),
            context = new { topic = $"outage {number % 7}", keywords = new[] { "words" } },
            discussionId = $"{_run}-{number / 12}",
            companionToolIds = new[] { _tools[(number + 1) % _tools.Count] },
            timestamp = TimeProvider.System.GetUtcNow(),
        });
        Interlocked.Increment(ref _taught);
    }

    /// <summary>One answer.</summary>
    /// <param name="Number">Of its question, from 1.</param>
    /// <param name="Mode">As asked.</param>
    /// <param name="Took">From publishing to hearing.</param>
    /// <param name="Degraded">As it says.</param>
    /// <param name="Tools">Names, best first.</param>
    /// <param name="Refusal">Absent: it was answered.</param>
    public sealed record Answer(int Number, string Mode, TimeSpan Took, bool Degraded, string Tools, string? Refusal)
    {
        public static Answer Of(int number, string mode, TimeSpan took, JsonElement reply) => reply.TryGetProperty("error", out var error)
            ? new Answer(number, mode, took, false, "", error.GetRawText())
            : new Answer(
                number, mode, took, reply.GetProperty("data").GetProperty("degraded").GetBoolean(),
                string.Join(' ', reply.GetProperty("data").GetProperty("recommendations").EnumerateArray().Select(tool => tool.GetProperty("name").GetString())), null);

        /// <summary>True when it is among the tools; of a search, the first.</summary>
        public bool Has(string tool) => Mode == "search" ? Tools.Split(' ')[0] == tool : Tools.Split(' ').Contains(tool, StringComparer.Ordinal);
    }
}
