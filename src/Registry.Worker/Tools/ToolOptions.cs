using Capns.Contracts;
using Capns.Hosting.Configuration;

namespace Capns.Registry.Worker.Tools;

/// <summary>Caps and defaults that every tool gets (platform spec 10.4). Read from the environment; a bad value stops the host.</summary>
internal sealed record ToolOptions
{
    private const long Mebibyte = 1L << 20;

    /// <summary>MAX_MEMORY: most memory of an attempt.</summary>
    /// <value>16 to 65,536 MB. Default: 4,096.</value>
    public int MaxMemoryMb { get; init; } = 4096;

    /// <summary>MAX_CPU: most cores of an attempt.</summary>
    /// <value>0.05 to 64. Default: 2.</value>
    public double MaxCpu { get; init; } = 2;

    /// <summary>MAX_EXECUTION_TIMEOUT: longest attempt.</summary>
    /// <value>1 ms to 24 h. Default: 300,000 ms.</value>
    public int MaxTimeoutMs { get; init; } = 300_000;

    /// <summary>SANDBOX_MEMORY_LIMIT: memory of a tool that names none.</summary>
    /// <value>16 MB to MAX_MEMORY. Default: 512 MB, or MAX_MEMORY where that is less.</value>
    public int MemoryMb { get; init; } = 512;

    /// <summary>SANDBOX_CPU_LIMIT: cores of a tool that names none.</summary>
    /// <value>0.05 to MAX_CPU. Default: 1, or MAX_CPU where that is less.</value>
    public double Cpu { get; init; } = 1;

    /// <summary>TOOL_EXECUTION_TIMEOUT: time of a tool that names none.</summary>
    /// <value>1 ms to MAX_EXECUTION_TIMEOUT. Default: 30,000 ms, or MAX_EXECUTION_TIMEOUT where that is less.</value>
    public int TimeoutMs { get; init; } = 30_000;

    /// <summary>DEFAULT_SECURITY_LEVEL: level of a tool that names none.</summary>
    /// <value>Default: moderate.</value>
    public SecurityLevel DefaultLevel { get; init; } = SecurityLevel.Moderate;

    /// <summary>RATE_LIMIT_RUNS: runs per caller, tool and minute for a tool that names none.</summary>
    /// <value>1 to 1,000,000. Default: 20.</value>
    public int RunsPerMinute { get; init; } = 20;

    /// <summary>TOOL_DEFINITIONS: folder of definitions (<c>*.json</c>) that are registered at start.</summary>
    /// <value>Absent: none.</value>
    public string? DefinitionsFolder { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A value is wrong; the message names setting, value and bound.</exception>
    public static ToolOptions Read(EnvironmentReader environment)
    {
        var maxMemory = environment.Size("MAX_MEMORY", 4096 * Mebibyte, MemorySize.Min * Mebibyte, MemorySize.Max * Mebibyte);
        var maxCpu = environment.Number("MAX_CPU", 2, 0.05, 64);
        var maxTimeout = environment.Duration("MAX_EXECUTION_TIMEOUT", TimeSpan.FromMinutes(5), TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));
        var timeout = environment.Duration("TOOL_EXECUTION_TIMEOUT", Least(TimeSpan.FromSeconds(30), maxTimeout), TimeSpan.FromMilliseconds(1), maxTimeout);
        return new ToolOptions
        {
            MaxMemoryMb = (int)(maxMemory / Mebibyte),
            MaxCpu = maxCpu,
            MaxTimeoutMs = (int)maxTimeout.TotalMilliseconds,
            MemoryMb = (int)(environment.Size("SANDBOX_MEMORY_LIMIT", Math.Min(512 * Mebibyte, maxMemory), MemorySize.Min * Mebibyte, maxMemory) / Mebibyte),
            Cpu = environment.Number("SANDBOX_CPU_LIMIT", Math.Min(1, maxCpu), 0.05, maxCpu),
            TimeoutMs = (int)timeout.TotalMilliseconds,
            RunsPerMinute = environment.WholeNumber("RATE_LIMIT_RUNS", 20, 1, 1_000_000),
            DefaultLevel = Enum.Parse<SecurityLevel>(environment.OneOf("DEFAULT_SECURITY_LEVEL", "moderate", "safe", "moderate", "restricted", "dangerous"), ignoreCase: true),
            DefinitionsFolder = environment.Text("TOOL_DEFINITIONS"),
        };
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
