using Capns.Access;
using Capns.Access.Keys;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Access.Keys;

/// <summary>Table <c>api_keys</c>.</summary>
internal sealed class ApiKeyMapping : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys").HasKey(key => key.Id);
        builder.Ignore(key => key.OwnerToday);
        builder.Property(key => key.OwnerKind).HasConversion(kind => CallerKinds.Word(kind), word => CallerKinds.Read(word));
        builder.Property(key => key.Owner).HasColumnType("jsonb");
        builder.Property(key => key.OwnerNow).HasColumnType("jsonb");
        builder.UseSnakeCaseColumns();
    }
}
