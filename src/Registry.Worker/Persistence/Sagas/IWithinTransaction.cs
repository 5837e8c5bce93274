using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Persistence.Sagas;

/// <summary>A message of the in-process pipe whose sender has a transaction already: the saga joins it and does not commit.</summary>
internal interface IWithinTransaction
{
    RegistryTransaction Transaction { get; }
}
