using Capns.Hosting.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Hosting.Secrets;

/// <summary>Registers sealing.</summary>
public static class SecretsExtensions
{
    /// <summary>Reads DATA_ENCRYPTION_KEY; registry and runner need the same.</summary>
    /// <exception cref="SettingException">It is missing outside Development, or cannot be used.</exception>
    public static SealingKeys AddSealing(this CapnsHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var keys = SealingKeys.Read(builder.Environment, builder.IsDevelopment);
        builder.Services.AddSealing(keys);
        return keys;
    }

    /// <summary>The same with keys that are read already.</summary>
    public static IServiceCollection AddSealing(this IServiceCollection services, SealingKeys keys)
    {
        services.TryAddSingleton(keys);
        services.TryAddSingleton<ISealer, Sealer>();
        return services;
    }
}
