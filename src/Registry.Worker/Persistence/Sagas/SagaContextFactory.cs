using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;
using MassTransit.Saga;

namespace Capns.Registry.Worker.Persistence.Sagas;

/// <summary>
/// MassTransit's saga repository on our own transaction: inbox entry, saga row, events and outbox rows of one message
/// are committed together (platform spec 5.7). MassTransit.EntityFrameworkCore would stand here.
/// </summary>
internal sealed class SagaContextFactory<TSaga>(RegistryTransactions transactions, ISagaLoader<TSaga> loader) : ISagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class =>
        context.Message is IWithinTransaction within
            ? next.Send(new RegistrySagaContext<TSaga, T>(context, within.Transaction, loader))
            : transactions.RunAsync(
                loader.KeyOf(context.Message),
                transaction =>
                {
                    MarkConsumed(context, transaction);
                    return next.Send(new RegistrySagaContext<TSaga, T>(context, transaction, loader));
                },
                context.CancellationToken);

    /// <exception cref="NotSupportedException">Always: every event of ours carries the id of its instance.</exception>
    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next)
        where T : class => throw new NotSupportedException($"{typeof(TSaga).Name} is found by id, not by query.");

    public void Probe(ProbeContext context) => context.CreateScope("sagaRepository").Add("persistence", "registry");

    // What the in-process pipe brings is new by nature; what the broker brings may have come before.
    private static void MarkConsumed<T>(ConsumeContext<T> context, RegistryTransaction transaction)
        where T : class
    {
        if (context.Message is not INotFromBroker && context.MessageId is { } id)
        {
            transaction.MarkConsumed(id);
        }
    }
}

/// <summary>A message that exists in this process only.</summary>
internal interface INotFromBroker;
