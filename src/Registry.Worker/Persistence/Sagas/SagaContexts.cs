using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;

namespace Capns.Registry.Worker.Persistence.Sagas;

/// <summary>What a saga's steps see: the message, the instance, and as a payload the <see cref="RegistryTransaction"/>.</summary>
internal sealed class RegistrySagaConsumeContext<TSaga, TMessage>(ConsumeContext<TMessage> context, TSaga saga, RegistryTransaction transaction)
    : ConsumeContextScope<TMessage>(context, transaction), SagaConsumeContext<TSaga, TMessage>
    where TSaga : class, ISaga
    where TMessage : class
{
    public override Guid? CorrelationId => saga.CorrelationId;

    public TSaga Saga => saga;

    public bool IsCompleted { get; private set; }

    /// <summary>Marks only: an ended saga's row stays, so that a late message finds it.</summary>
    public Task SetCompleted()
    {
        IsCompleted = true;
        return Task.CompletedTask;
    }
}

/// <summary>Loads and adds instances inside one <see cref="RegistryTransaction"/>; EF Core's change tracker does the rest at its end.</summary>
internal sealed class RegistrySagaContext<TSaga, TMessage>(
    ConsumeContext<TMessage> context,
    RegistryTransaction transaction,
    ISagaLoader<TSaga> loader)
    : ConsumeContextScope<TMessage>(context), SagaRepositoryContext<TSaga, TMessage>
    where TSaga : class, ISaga
    where TMessage : class
{
    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance)
    {
        transaction.Db.Add(instance);
        return Wrap(instance);
    }

    // The primary key says at the commit whether the instance is new; a lost race is repeated and then finds it.
    public Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance) => Add(instance);

    public async Task<SagaConsumeContext<TSaga, TMessage>?> Load(Guid correlationId)
    {
        var instance = Message is IWithInstance<TSaga> known
            ? known.Instance
            : await loader.LoadAsync(transaction.Db, correlationId, transaction.CancellationToken);
        return instance is null ? null : await Wrap(instance);
    }

    public Task Save(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Update(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Delete(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode)
        where T : class =>
        Task.FromResult<SagaConsumeContext<TSaga, T>>(new RegistrySagaConsumeContext<TSaga, T>(consumeContext, instance, transaction));

    private Task<SagaConsumeContext<TSaga, TMessage>> Wrap(TSaga instance) => CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Load);
}

/// <summary>Reads an instance and locks its row until the transaction ends.</summary>
internal interface ISagaLoader<TSaga>
    where TSaga : class, ISaga
{
    /// <summary>The instance that belongs to a message about it, or null.</summary>
    Task<TSaga?> LoadAsync(RegistryDbContext db, Guid correlationId, CancellationToken cancellationToken);

    /// <summary>Whose turn a message is; messages of one key are handled one after the other.</summary>
    Guid KeyOf(object message);
}
