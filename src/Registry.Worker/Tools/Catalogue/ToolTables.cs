using System.Text.Json;
using Capns.Contracts;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Tools.Catalogue;

/// <summary>Maps <see cref="Tool"/> to migration 0001.</summary>
internal sealed class ToolTable : IEntityTypeConfiguration<Tool>
{
    public void Configure(EntityTypeBuilder<Tool> builder)
    {
        builder.ToTable("tools").HasKey(tool => tool.Id);
        builder.Property(tool => tool.SecurityLevel).HasConversion(level => Words.Level(level), word => Words.Level(word));
        builder.Property(tool => tool.Config).HasColumnType("jsonb");
        builder.Property(tool => tool.Id).ValueGeneratedNever();
        builder.Property(tool => tool.RowVersion).IsConcurrencyToken();
        builder.UseSnakeCaseColumns();
    }
}

/// <summary>Maps <see cref="ToolVersion"/> to migration 0001.</summary>
internal sealed class ToolVersionTable : IEntityTypeConfiguration<ToolVersion>
{
    public void Configure(EntityTypeBuilder<ToolVersion> builder)
    {
        builder.ToTable("tool_versions").HasKey(version => new { version.ToolId, version.Version });
        builder.Property(version => version.SecurityLevel).HasConversion(level => Words.Level(level), word => Words.Level(word));
        builder.Property(version => version.Definition).HasColumnType("jsonb");
        builder.Property(version => version.DefinitionHash).HasColumnType("char(64)");
        builder.HasOne<Tool>().WithMany().HasForeignKey(version => version.ToolId);
        builder.UseSnakeCaseColumns();
    }
}

/// <summary>Maps <see cref="ToolDependencyLink"/> to migration 0001.</summary>
internal sealed class ToolDependencyTable : IEntityTypeConfiguration<ToolDependencyLink>
{
    public void Configure(EntityTypeBuilder<ToolDependencyLink> builder)
    {
        builder.ToTable("tool_dependencies").HasKey(link => new { link.ToolId, link.Version, link.DependsOn });
        builder.HasOne<ToolVersion>().WithMany().HasForeignKey(link => new { link.ToolId, link.Version });
        builder.UseSnakeCaseColumns();
    }
}

/// <summary>Words in the database.</summary>
internal static class Words
{
    public static string Level(SecurityLevel level) => JsonNamingPolicy.KebabCaseLower.ConvertName(level.ToString());

    public static SecurityLevel Level(string word) => Enum.Parse<SecurityLevel>(word, ignoreCase: true);
}
