using Capns.Access.Messages;
using Capns.Contracts.Discovery;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Recommendations;
using Capns.Discovery.Worker.Rights;
using Capns.Discovery.Worker.Search.Capabilities;
using Capns.Hosting.Configuration;
using Capns.Hosting.Redis;
using Capns.Messaging.Outbound;

namespace Capns.Discovery.Worker.Requests;

/// <summary>Tells agents that asked within a day when their best tools have changed (platform spec 7.3, rule 9).</summary>
/// <remarks>
/// Looks every few seconds whether something was learned or the catalogue has changed, one instance at a time; only then it is worked out
/// anew what each agent is recommended when it asks for nothing in particular. Told twice after a crash is told the same twice.
/// </remarks>
internal sealed partial class RecommendationUpdates(
    AskingAgents agents,
    DiscoveryAnswers answers,
    RememberedCallers callers,
    CurrentFacts facts,
    CatalogueWatch catalogue,
    OutboundDocuments documents,
    IMessagePublisher publisher,
    ServiceSettings service,
    TimeProvider time,
    ILogger<RecommendationUpdates> logger) : BackgroundService
{
    /// <summary>An agent is told at most once in this time.</summary>
    public static readonly TimeSpan LeastBetween = TimeSpan.FromMinutes(1);

    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(10);

    /// <summary>Agents with which this instance is done until something changes.</summary>
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);

    private (long Epoch, long Revision) _seen = (-1, -1);
    private string _trigger = "learning";

    /// <summary>One look at everybody who asked. A change that may not be told yet is told by a later one.</summary>
    /// <exception cref="RedisAwayException">Redis is away.</exception>
    /// <exception cref="MessageNotConfirmedException">The broker is away; the agent is told by a later look.</exception>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!agents.CanBeAsked || !await agents.TryLeadAsync(service.InstanceId, Lead))
        {
            return;
        }

        NoteChanges();
        var asking = await agents.ListAsync();
        _done.IntersectWith(asking);
        foreach (var agent in asking.Where(agent => !_done.Contains(agent)))
        {
            var look = await LookAsync(agent, cancellationToken);
            if (look == Look.Done)
            {
                _done.Add(agent);
            }

            // What is away is so for all of them; and another instance that has taken over goes on with the rest.
            if (look == Look.Away || !await agents.TryLeadAsync(service.InstanceId, Lead))
            {
                return;
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (exception is RedisAwayException or MessageNotConfirmedException)
                {
                    LogLater(exception.Message);
                }
                else
                {
                    LogFailed(exception);
                }
            }
        }
    }

    private void NoteChanges()
    {
        var (epoch, revision) = (facts.For(catalogue.Current).Facts.Epoch, catalogue.Current.Revision);
        if ((epoch, revision) != _seen)
        {
            // A change of the catalogue moves the epoch too: what follows from it is kept with what was learned.
            _trigger = _seen.Revision >= 0 && revision != _seen.Revision ? "catalog" : "learning";
            _seen = (epoch, revision);
            _done.Clear();
        }
    }

    private async Task<Look> LookAsync(string agent, CancellationToken cancellationToken)
    {
        var (text, last) = await agents.FindAsync(agent);
        if (text is null || CallerHeader.Read(text) is not { } caller)
        {
            return Look.Done;
        }

        var (known, rights) = await callers.RightsAsync(caller, agent, cancellationToken);
        if (rights is null)
        {
            return known ? Look.Done : Look.Away;
        }

        var question = new DiscoveryQuestion(new ToolDiscoveryRequest { AgentId = agent }, DiscoveryContext.None, RequestedCapabilities.None);
        var (answer, _) = await answers.AnswerAsync(question, rights, _trigger, cancellationToken);

        // What was made without a store that is away says nothing of the agent's tools.
        return answer!.Degraded ? Look.Away : await TellAsync(agent, last, answer, cancellationToken);
    }

    private async Task<Look> TellAsync(string agent, LastRecommended last, ToolRecommendationUpdated answer, CancellationToken cancellationToken)
    {
        var top = answer.Recommendations.Select(tool => tool.ToolId).ToList();
        if (last.Top is null)
        {
            await agents.KeepAsync(agent, last with { Top = top });
        }
        else if (!last.Top.SequenceEqual(top))
        {
            if (time.GetUtcNow() - last.ToldAt < LeastBetween)
            {
                return Look.Later;
            }

            await publisher.PublishAsync(documents.Event(answer), cancellationToken);
            await agents.KeepAsync(agent, new LastRecommended(top, time.GetUtcNow()));
            LogTold(agent, answer.Trigger);
        }

        return Look.Done;
    }

    [LoggerMessage(EventId = 3015, Level = LogLevel.Debug, Message = "Agent {Agent} is told of its new recommendations ({Trigger})")]
    private partial void LogTold(string agent, string trigger);

    [LoggerMessage(EventId = 3016, Level = LogLevel.Debug, Message = "Agents are told of new recommendations later: {Reason}")]
    private partial void LogLater(string reason);

    [LoggerMessage(EventId = 3017, Level = LogLevel.Error, Message = "New recommendations could not be worked out; they are tried again")]
    private partial void LogFailed(Exception exception);

    /// <summary>What came of looking at an agent.</summary>
    private enum Look
    {
        /// <summary>There is nothing to do for it until something changes.</summary>
        Done = 0,

        /// <summary>It was told of something less than a minute ago.</summary>
        Later,

        /// <summary>A store that must be asked is away.</summary>
        Away,
    }
}
