using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Capns.Hosting;

/// <summary>
/// Starts a worker's services one after the other behind the web server, which otherwise comes last: health, metrics and a clear refusal
/// are there while a service still waits, e.g. for its database.
/// </summary>
/// <remarks>A service that fails stops the worker, as it would in front of the web server.</remarks>
internal sealed class LaterStart(IServiceProvider services, IHostApplicationLifetime lifetime, ILogger<LaterStart> logger) : IHostedService, IDisposable
{
    /// <summary>Key of the services that start here.</summary>
    public const string Key = "later";

    private readonly CancellationTokenSource _stop = new();
    private readonly Stack<IHostedService> _started = new();
    private Task _starting = Task.CompletedTask;

    /// <summary>True once every service has started.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Moves all hosted services that are registered so far behind the web server, in their order.</summary>
    public static void Apply(IServiceCollection services)
    {
        foreach (var descriptor in services.Where(one => one.ServiceType == typeof(IHostedService) && !one.IsKeyedService).ToList())
        {
            services.Remove(descriptor);
            services.Add(
                descriptor.ImplementationInstance is { } instance ? new ServiceDescriptor(typeof(IHostedService), Key, instance)
                : descriptor.ImplementationFactory is { } factory ? new ServiceDescriptor(typeof(IHostedService), Key, (provider, _) => factory(provider), ServiceLifetime.Singleton)
                : new ServiceDescriptor(typeof(IHostedService), Key, descriptor.ImplementationType!, ServiceLifetime.Singleton));
        }

        services.AddSingleton<LaterStart>();
        services.AddHostedService(provider => provider.GetRequiredService<LaterStart>());
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _starting = Task.Run(StartAllAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _starting;
        while (_started.TryPop(out var service))
        {
            await service.StopAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task StartAllAsync()
    {
        try
        {
            foreach (var service in services.GetKeyedServices<IHostedService>(Key))
            {
                _stop.Token.ThrowIfCancellationRequested();
                await service.StartAsync(_stop.Token);
                _started.Push(service);
                if (service is BackgroundService { ExecuteTask: { } work })
                {
                    _ = WatchAsync(service, work);
                }
            }

            IsComplete = true;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Told to stop while it waited.
        }
#pragma warning disable CA1031 // Whatever it is: without its services the worker is of no use, and nobody else would hear of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception, "A service of this worker");
        }
    }

    private async Task WatchAsync(IHostedService service, Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested || _stop.IsCancellationRequested)
        {
            // Stopped.
        }
#pragma warning disable CA1031 // As the host does with its own.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception, service.GetType().Name);
        }
    }

    private void Fail(Exception exception, string what)
    {
        Log.ServiceFailed(logger, exception, what);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }
}
