using Capns.Registry.Worker.Persistence.Sagas;
using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;
using MassTransit.Mediator;
using MassTransit.Saga;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>The state machine on its repository, reached from the broker's queue and, inside this process, by what has no message.</summary>
internal sealed class ExecutionPipe : IAsyncDisposable
{
    private readonly IMediator _inProcess;

    public ExecutionPipe(ExecutionStateMachine machine, RegistryTransactions transactions)
    {
        Machine = machine;
        Repository = new SagaRepository<Execution>(new SagaContextFactory<Execution>(transactions, new ExecutionLoader()), null, null);
        _inProcess = Bus.Factory.CreateMediator(mediator => mediator.StateMachineSaga(machine, Repository));
    }

    public ExecutionStateMachine Machine { get; }

    public ISagaRepository<Execution> Repository { get; }

    /// <summary>Hands a happening to the state machine; returns when it has been dealt with.</summary>
    /// <remarks>A happening that is <see cref="IWithinTransaction"/> is committed by its sender.</remarks>
    public Task SendAsync<T>(T happening, CancellationToken cancellationToken)
        where T : class => _inProcess.Send(happening, cancellationToken);

    public ValueTask DisposeAsync() => _inProcess is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;
}
