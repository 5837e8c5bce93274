using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Persistence.Sagas;

/// <summary>A message of the in-process pipe whose sender has a transaction already: the saga joins it and does not commit.</summary>
internal interface IWithinTransaction
{
    RegistryTransaction Transaction { get; }
}

/// <summary>A message whose sender has read the instance already, and locked its row.</summary>
internal interface IWithInstance<out TSaga> : IWithinTransaction
{
    TSaga Instance { get; }
}
