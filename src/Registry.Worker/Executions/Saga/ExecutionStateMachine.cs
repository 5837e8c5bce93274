using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using MassTransit;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>
/// The states of an execution and what moves it (platform spec 5.7). What a message means is
/// decided in the <c>…Decisions</c>; what is done about it stands in <see cref="ExecutionSteps"/>.
/// </summary>
/// <remarks>A request is admitted in the transaction that stores it, so <c>pending</c> is passed without being seen.</remarks>
internal sealed class ExecutionStateMachine : MassTransitStateMachine<Execution>
{
    private readonly ExecutionSteps _steps;

    public ExecutionStateMachine(ExecutionSteps steps)
    {
        _steps = steps;
        InstanceState(execution => execution.Status);
        NameEvents();

        Initially(
            When(Admitted, context => context.Message.Outcome.Approval is null).ThenAsync(steps.AdmitAsync).TransitionTo(Queued),
            When(Admitted, context => context.Message.Outcome.Approval is not null).Then(steps.Ask).TransitionTo(ApprovalRequired),
            When(Refused, context => context.Message.State == ExecutionState.Rejected).Then(steps.Refuse).TransitionTo(Rejected),
            When(Refused, context => context.Message.State == ExecutionState.Expired).Then(steps.Refuse).TransitionTo(Expired));

        During(ApprovalRequired,
            When(Settled, context => context.Message.Status == ApprovalStatus.Approved).Then(steps.Grant).TransitionTo(Queued),
            When(Settled, context => context.Message.Status == ApprovalStatus.Rejected).Then(steps.Deny).TransitionTo(Rejected),
            When(Settled, context => context.Message.Status == ApprovalStatus.Expired).ThenAsync(steps.ExpireApprovalAsync).TransitionTo(Expired),
            On(Due, Choice.Remind).ThenAsync(steps.RemindAsync),
            On(Due, Choice.Expire).ThenAsync(steps.ExpireApprovalAsync).TransitionTo(Expired),
            On(Due, Choice.Reject).Then(steps.Reject).TransitionTo(Rejected),
            When(Cancel).Then(ExecutionSteps.NoteCancel).Then(steps.Cancel).TransitionTo(Cancelled),
            Ignore(Started), Ignore(Limited), Ignore(Renewed), Ignore(Lost), Ignore(Ended), Ignore(Released));

        During(Queued,
            On(Due, Choice.HandOver).IfElseAsync(
                steps.MayGoAsync, go => go.ThenAsync(steps.HandOverInTurnAsync), stay => stay.Then(steps.TurnAway).TransitionTo(Rejected)),
            When(Released, context => context.Saga.WaitingSince is not null).IfElseAsync(
                steps.MayGoAsync, go => go.Then(steps.Release), stay => stay.Then(steps.TurnAway).TransitionTo(Rejected)),
            On(Due, Choice.Expire).Then(steps.Expire).TransitionTo(Expired),
            On(Due, Choice.Reject).Then(steps.Reject).TransitionTo(Rejected),
            On(Started, Choice.Begin).Then(steps.Begin).TransitionTo(Running),
            On(Started, Choice.Fail).Then(steps.Fail).TransitionTo(Failed),
            On(Limited, Choice.Wait).Then(steps.Wait),
            On(Limited, Choice.Reject).Then(steps.Reject).TransitionTo(Rejected),
            On(Lost, Choice.Recheck).Then(steps.Recheck),
            On(Ended, Choice.StartLater).Then(steps.StartLater),
            On(Ended, Choice.Reject).Then(steps.Reject).TransitionTo(Rejected),
            On(Ended, Choice.Expire).Then(steps.Expire).TransitionTo(Expired),
            When(Cancel).Then(ExecutionSteps.NoteCancel).Then(steps.Cancel).TransitionTo(Cancelled),
            Ignore(Renewed));

        During(Running,
            On(Lost, Choice.Requeue).IfElseAsync(
                steps.MayGoAsync, go => go.Then(steps.Requeue).TransitionTo(Queued), stay => stay.Then(steps.TurnAwayLost).TransitionTo(Failed)),
            On(Lost, Choice.Fail).Then(steps.Fail).TransitionTo(Failed),
            On(Lost, Choice.Cancel).Then(steps.Cancel).TransitionTo(Cancelled),
            On(Due, Choice.LookAgain).Then(steps.LookAgain),
            On(Due, Choice.Requeue).IfElseAsync(
                steps.MayGoAsync, go => go.Then(steps.Requeue).TransitionTo(Queued), stay => stay.Then(steps.TurnAwayLost).TransitionTo(Failed)),
            On(Due, Choice.Fail).Then(steps.Fail).TransitionTo(Failed),
            On(Due, Choice.Cancel).Then(steps.Cancel).TransitionTo(Cancelled),
            When(Renewed).Then(steps.Renew),
            When(Cancel).Then(ExecutionSteps.NoteCancel).Then(steps.AskToStop),
            Ignore(Started), Ignore(Limited));

        // The end may be handled before the start: both are reports of one attempt, handled side by side.
        During(Queued, Running,
            On(Ended, Choice.Complete).Then(steps.Complete).TransitionTo(Completed),
            On(Ended, Choice.Repeat).Then(steps.Repeat).TransitionTo(Retrying),
            On(Ended, Choice.Requeue).IfElseAsync(
                steps.MayGoAsync, go => go.Then(steps.Requeue).TransitionTo(Queued), stay => stay.Then(steps.TurnAwayLost).TransitionTo(Failed)),
            On(Ended, Choice.Fail).Then(steps.Fail).TransitionTo(Failed),
            On(Ended, Choice.Cancel).Then(steps.Cancel).TransitionTo(Cancelled));

        During(Retrying,
            On(Due, Choice.HandOver).IfElseAsync(
                steps.MayGoAsync,
                go => go.ThenAsync(steps.QueueAgainAsync).TransitionTo(Queued),
                stay => stay.Then(steps.TurnAway).TransitionTo(Rejected)),
            On(Due, Choice.Reject).Then(steps.Reject).TransitionTo(Rejected),
            When(Cancel).Then(ExecutionSteps.NoteCancel).Then(steps.Cancel).TransitionTo(Cancelled),
            Ignore(Started), Ignore(Limited), Ignore(Renewed), Ignore(Lost), Ignore(Ended));

        // Messages overtake each other and come twice: an ended execution stays as it ended, and its runner is told.
        State[] ended = [Completed, Failed, Cancelled, Rejected, Expired];
        During(ended,
            When(Started).Then(steps.StopLateRunner),
            When(Renewed).Then(steps.StopLateRunner),
            When(Ended).Then(steps.CountLateEnd),
            When(Cancel).Then(steps.AnswerTooLate),
            Ignore(Limited), Ignore(Lost), Ignore(Due));

        During([ApprovalRequired, Queued, Running, Retrying, .. ended],
            When(Recorded).ThenAsync(steps.RecordAsync),
            Ignore(Admitted), Ignore(Refused));

        During([Running, Retrying, .. ended], Ignore(Released));
        During([Queued, Running, Retrying, .. ended], Ignore(Settled));
    }

    public State ApprovalRequired { get; private set; } = null!;

    public State Queued { get; private set; } = null!;

    public State Running { get; private set; } = null!;

    public State Retrying { get; private set; } = null!;

    public State Completed { get; private set; } = null!;

    public State Failed { get; private set; } = null!;

    public State Cancelled { get; private set; } = null!;

    public State Rejected { get; private set; } = null!;

    public State Expired { get; private set; } = null!;

    public Event<ExecutionAdmitted> Admitted { get; private set; } = null!;

    public Event<ExecutionRefused> Refused { get; private set; } = null!;

    public Event<CancelRequested> Cancel { get; private set; } = null!;

    public Event<ExecutionDue> Due { get; private set; } = null!;

    public Event<ExecutionReleased> Released { get; private set; } = null!;

    public Event<ApprovalSettled> Settled { get; private set; } = null!;

    public Event<RunStarted> Started { get; private set; } = null!;

    public Event<RunLimited> Limited { get; private set; } = null!;

    public Event<RunEventsRecorded> Recorded { get; private set; } = null!;

    public Event<RunLeaseRenewed> Renewed { get; private set; } = null!;

    public Event<RunLost> Lost { get; private set; } = null!;

    public Event<RunEnded> Ended { get; private set; } = null!;

    private void NameEvents()
    {
        Event(() => Admitted, e => New(e.CorrelateById(context => context.Message.ExecutionId)));
        Event(() => Refused, e => New(e.CorrelateById(context => context.Message.ExecutionId)));
        Event(() => Cancel, e => e.CorrelateById(context => context.Message.ExecutionId).OnMissingInstance(missing => missing.Discard()));
        Event(() => Due, e => e.CorrelateById(context => context.Message.ExecutionId).OnMissingInstance(missing => missing.Discard()));
        Event(() => Released, e => e.CorrelateById(context => context.Message.ExecutionId).OnMissingInstance(missing => missing.Discard()));
        Event(() => Settled, e => e.CorrelateById(context => context.Message.ExecutionId).OnMissingInstance(missing => missing.Discard()));
        Event(() => Started, e => e.CorrelateById(context => context.Message.ExecutionId).OnMissingInstance(missing => missing.Discard()));
        Event(() => Limited, e => e.CorrelateById(context => context.Message.ExecutionId).OnMissingInstance(missing => missing.Discard()));
        Event(() => Recorded, e => e.CorrelateById(context => context.Message.ExecutionId).OnMissingInstance(missing => missing.Discard()));
        Event(() => Renewed, e => e.CorrelateById(context => context.Message.ExecutionId).OnMissingInstance(missing => missing.Discard()));
        Event(() => Lost, e => e.CorrelateById(context => context.Message.ExecutionId).OnMissingInstance(missing => missing.Discard()));
        Event(() => Ended, e => e.CorrelateById(context => context.Message.ExecutionId).OnMissingInstance(missing => missing.Discard()));
    }

    private static void New<T>(IEventCorrelationConfigurator<Execution, T> configurator)
        where T : class
    {
        // The key of the row says whether it is new; looking first would cost a round trip.
        configurator.InsertOnInitial = true;
        configurator.SetSagaFactory(context => new Execution
        {
            CorrelationId = context.CorrelationId ?? throw new InvalidOperationException($"{typeof(T).Name} has no execution id."),
        });
    }

    // One message, one choice: it is made before the first step and kept, because the steps change what it was based on.
    private EventActivityBinder<Execution, T> On<T>(Event<T> @event, Choice choice)
        where T : class => When(@event, context => _steps.DecisionOf(context).Choice == choice);
}
