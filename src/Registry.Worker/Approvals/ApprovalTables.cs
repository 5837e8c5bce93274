using System.Text.Json;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Capns.Registry.Worker.Approvals;

/// <summary>Maps approvals and decisions to migration 0060.</summary>
internal sealed class ApprovalTables : IEntityTypeConfiguration<Approval>, IEntityTypeConfiguration<ApprovalDecisionRow>
{
    public void Configure(EntityTypeBuilder<Approval> builder)
    {
        builder.ToTable("approvals").HasKey(row => row.Id);
        builder.Property(row => row.Id).ValueGeneratedNever();
        // So that both can be new in one transaction.
        builder.HasOne<Execution>().WithMany().HasForeignKey(row => row.ExecutionId);
        builder.Property(row => row.SecurityLevel).HasConversion(level => Words.Level(level), word => Words.Level(word));
        builder.Property(row => row.Status).HasConversion(new Word<Contracts.Approvals.ApprovalStatus>());
        builder.Property(row => row.ParametersPreview).HasColumnType("json");
        builder.Property(row => row.RowVersion).ValueGeneratedOnAddOrUpdate();
        builder.UseSnakeCaseColumns();
    }

    public void Configure(EntityTypeBuilder<ApprovalDecisionRow> builder)
    {
        builder.ToTable("approval_decisions").HasKey(row => new { row.ApprovalId, row.ApproverId });
        builder.HasOne<Approval>().WithMany().HasForeignKey(row => row.ApprovalId);
        builder.Property(row => row.Decision).HasConversion(new Word<Contracts.Approvals.ApprovalDecision>());
        builder.UseSnakeCaseColumns();
    }

    /// <summary>An enumeration as the word that also travels.</summary>
    private sealed class Word<T>() : ValueConverter<T, string>(
        value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()),
        word => Enum.Parse<T>(word, true))
        where T : struct, Enum;
}
