using System.Text.Json;

namespace Capns.Core.Media;

/// <summary>Knows the JSON Schemas that profiles name (CapNs spec 10.4). Safe to use from any number of threads.</summary>
public interface IProfileSchemaSource
{
    /// <summary>Looks a schema up.</summary>
    /// <param name="profileUri">Address of the profile, as a media spec writes it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The schema; it may be used for as long as anybody likes. Null when the source does not know it.</returns>
    /// <exception cref="MediaSourceUnreachableException">The source cannot be asked, so that nobody knows.</exception>
    ValueTask<JsonElement?> FindAsync(string profileUri, CancellationToken cancellationToken = default);
}
