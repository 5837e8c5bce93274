using System.Text.Json;
using Capns.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Executions;

/// <summary>Table <c>executions</c> (platform spec 9.1).</summary>
internal sealed class ExecutionMapping : IEntityTypeConfiguration<Execution>
{
    private static readonly string[] JsonColumns =
    [
        nameof(Execution.Parameters), nameof(Execution.PlanJson), nameof(Execution.Reply), nameof(Execution.Context),
        nameof(Execution.Reasoning), nameof(Execution.CancelReplies), nameof(Execution.Result), nameof(Execution.ResultRef),
        nameof(Execution.Error), nameof(Execution.Resources),
    ];

    public void Configure(EntityTypeBuilder<Execution> builder)
    {
        builder.ToTable("executions").HasKey(row => row.CorrelationId);
        builder.Property(row => row.CorrelationId).HasColumnName("id").ValueGeneratedNever();
        builder.Property(row => row.CorrelationText).HasColumnName("correlation_id");
        builder.Property(row => row.PlanJson).HasColumnName("plan");
        builder.Property(row => row.Version).HasColumnName("xmin").HasColumnType("xid").IsRowVersion();
        builder.Property(row => row.Status).HasConversion(
            state => JsonNamingPolicy.KebabCaseLower.ConvertName(state),
            text => ExecutionStates.NameOf(text));
        builder.Property(row => row.SecurityLevel).HasConversion(
            level => level == null ? null : JsonNamingPolicy.KebabCaseLower.ConvertName(level.Value.ToString()),
            text => text == null ? null : Enum.Parse<SecurityLevel>(text, ignoreCase: true));
        builder.Ignore(row => row.Plan);
        builder.Ignore(row => row.Identity);
        builder.Ignore(row => row.ShareKey);
        builder.Ignore(row => row.HasKnownCaller);
        foreach (var column in JsonColumns)
        {
            builder.Property<string?>(column).HasColumnType("json");
        }

        Persistence.SnakeCase.UseSnakeCaseColumns(builder);
    }
}
