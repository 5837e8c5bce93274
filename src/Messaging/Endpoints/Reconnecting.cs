using System.Reflection;
using MassTransit;
using RabbitMQ.Client.Exceptions;

namespace Capns.Messaging.Endpoints;

/// <summary>How often the bus tries to reach a broker that has gone away: every second.</summary>
/// <remarks>
/// MassTransit waits 3 s, then longer each time up to 30 s, and offers no setting for it: after an outage of minutes the queues would
/// lie unconsumed for half a minute although the broker is back. So its policy is exchanged; the version is pinned, and another one
/// that keeps it elsewhere stops the worker at its start.
/// </remarks>
internal static class Reconnecting
{
    private const string Policy = "<ReceiveTransportRetryPolicy>k__BackingField";
    private const int Tries = 1_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Applies it to a bus that is being configured.</summary>
    /// <exception cref="NotSupportedException">This version of MassTransit keeps its policy elsewhere.</exception>
    public static void EverySecond(IRabbitMqBusFactoryConfigurator configurator)
    {
        var host = configurator.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Select(field => field.GetValue(configurator))
            .FirstOrDefault(value => FieldOf(value) is not null)
            ?? throw new NotSupportedException($"This version of MassTransit has no field {Policy}; see {nameof(Reconnecting)}.");
        FieldOf(host)!.SetValue(host, Retry.CreatePolicy(retry =>
        {
            retry.Handle<ConnectionException>();
            retry.Handle<AlreadyClosedException>();
            retry.Handle<OperationInterruptedException>();
            retry.Handle<NotSupportedException>();
            retry.Ignore<AuthenticationFailureException>();
            retry.Interval(Tries, Pause);
        }));
    }

    private static FieldInfo? FieldOf(object? value)
    {
        for (var type = value?.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField(Policy, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is { } field)
            {
                return field;
            }
        }

        return null;
    }
}
