using System.Runtime.CompilerServices;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Testing;
using MassTransit;

namespace Capns.Contracts.Tests;

/// <summary>The wire stays as it was approved. A deliberate change: run with CAPNS_APPROVE=1 and look at the difference.</summary>
public sealed class ApprovedMessagesTests
{
    private static readonly JsonSerializerOptions Indented = new(WireJson.Options) { WriteIndented = true };

    public static TheoryData<string> Names => [.. Example.Messages.Select(message => message.GetType().Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Message_IsWrittenAsApproved(string name)
    {
        var message = Example.Messages.Single(candidate => candidate.GetType().Name == name);
        var written = JsonSerializer.Serialize(message, message.GetType(), Indented) + "\n";
        var file = Path.Combine(Folder(), name + ".json");
        if (Environment.GetEnvironmentVariable("CAPNS_APPROVE") == "1")
        {
            File.WriteAllText(file, written);
        }

        Assert.True(File.Exists(file), $"{file} is missing; CAPNS_APPROVE=1 writes it.");
        Assert.Equal(File.ReadAllText(file), written);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Message_ThatWasApproved_IsReadWithoutLoss(string name)
    {
        var type = Example.Messages.Single(candidate => candidate.GetType().Name == name).GetType();
        var approved = File.ReadAllText(Path.Combine(Folder(), name + ".json"));

        var read = JsonSerializer.Deserialize(approved, type, WireJson.Options);

        Assert.Equal(approved, JsonSerializer.Serialize(read, type, Indented) + "\n");
    }

    [Fact]
    public void EveryMessage_HasAnExample()
    {
        var messages = typeof(Priority).Assembly.GetExportedTypes().Where(type => type.IsDefined(typeof(MessageUrnAttribute), inherit: false));

        Assert.Empty(messages.Except(Example.Messages.Select(message => message.GetType())));
    }

    [Fact]
    public void EveryApprovedFile_BelongsToAMessage()
    {
        var names = Directory.GetFiles(Folder(), "*.json").Select(Path.GetFileNameWithoutExtension);

        Assert.Empty(names.Except(Example.Messages.Select(message => message.GetType().Name)));
    }

    private static string Folder([CallerFilePath] string here = "")
    {
        var folder = Path.Combine(Path.GetDirectoryName(here)!, "approved");
        Directory.CreateDirectory(folder);
        return folder;
    }
}
