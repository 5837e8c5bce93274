using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Persistence;

/// <summary>Column names of the registry: the property's name in snake_case (platform spec 9.1).</summary>
internal static class SnakeCase
{
    /// <summary>Names every column that has no other name yet. To be called last.</summary>
    public static void UseSnakeCaseColumns<T>(this EntityTypeBuilder<T> builder)
        where T : class
    {
        foreach (var property in builder.Metadata.GetProperties().Where(property => property.GetColumnName() == property.Name))
        {
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        }
    }
}
