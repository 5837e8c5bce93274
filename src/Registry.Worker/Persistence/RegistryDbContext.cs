using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Persistence;

/// <summary>The registry's own tables (platform spec 9.1). Each folder brings its entities with an <c>IEntityTypeConfiguration</c>.</summary>
internal sealed class RegistryDbContext(DbContextOptions<RegistryDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(RegistryDbContext).Assembly);
}
