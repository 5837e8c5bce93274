using System.Globalization;
using Capns.Hosting.Configuration;
using Capns.Hosting.Redis;
using Capns.Registry.Worker.Streams;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Xunit;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Tests.Streams;

public sealed class RedisExecutionStreamTests
{
    [Fact]
    public void Append_WithABufferSize_TrimsToItAndNotToAnother()
    {
        var redis = new RecordedRedis();
        var options = StreamOptions.Read(new EnvironmentReader(name => name == "EVENT_STREAM_BUFFER_SIZE" ? "5000" : null));

        new RedisExecutionStream(redis, options, NullLogger<RedisExecutionStream>.Instance).Append(Guid.CreateVersion7(), new byte[] { 1 }, final: false);

        var added = Assert.Single(redis.Commands, command => command.Command == "XADD");
        Assert.Equal("5000", Convert.ToString(added.Arguments[3], CultureInfo.InvariantCulture));
    }

    private sealed class RecordedRedis : IRedis
    {
        public List<(string Command, object[] Arguments)> Commands { get; } = [];

        public bool IsEnabled => true;

        public bool IsAvailable => true;

        public Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments) => throw new RedisAwayException();

        public Task<RedisResult> ExecuteAsync(string command, params object[] arguments)
        {
            Commands.Add((command, arguments));
            return Task.FromException<RedisResult>(new RedisAwayException());
        }
    }
}
