using Capns.Access.Rules;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Access.Rules;

/// <summary>Table <c>permission_grants</c>.</summary>
internal sealed class GrantMapping : IEntityTypeConfiguration<Grant>
{
    public void Configure(EntityTypeBuilder<Grant> builder)
    {
        builder.ToTable("permission_grants").HasKey(grant => grant.Id);
        builder.Property(grant => grant.Id).ValueGeneratedNever();
        builder.Property(grant => grant.Limits).HasColumnType("jsonb");
        builder.UseSnakeCaseColumns();
    }
}

/// <summary>Table <c>policies</c>.</summary>
internal sealed class PolicyMapping : IEntityTypeConfiguration<Policy>
{
    public void Configure(EntityTypeBuilder<Policy> builder)
    {
        builder.ToTable("policies").HasKey(policy => policy.Id);
        builder.Property(policy => policy.Id).ValueGeneratedNever();
        builder.Property(policy => policy.Match).HasColumnType("jsonb");
        builder.UseSnakeCaseColumns();
    }
}

/// <summary>Table <c>service_accounts</c>.</summary>
internal sealed class ServiceAccountMapping : IEntityTypeConfiguration<ServiceAccount>
{
    public void Configure(EntityTypeBuilder<ServiceAccount> builder)
    {
        builder.ToTable("service_accounts").HasKey(account => account.Id);
        builder.Property(account => account.Id).ValueGeneratedNever();
        builder.UseSnakeCaseColumns();
    }
}
