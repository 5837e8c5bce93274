using System.Net;
using Capns.Hosting.Redis;
using Capns.Registry.Worker.Streams.Live.Rooms;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Xunit;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Tests.Streams.Rooms;

public sealed class DiscussionServiceTests
{
    private readonly Uri _address = new("http://discussions:3000/base");

    [Theory]
    [InlineData(HttpStatusCode.OK, true)]
    [InlineData(HttpStatusCode.NoContent, true)]
    [InlineData(HttpStatusCode.NotFound, false)]
    [InlineData(HttpStatusCode.Forbidden, false)]
    [InlineData(HttpStatusCode.InternalServerError, false)]
    public async Task Has_AsTheServiceAnswers(HttpStatusCode status, bool member)
    {
        using var http = new Answers(status);

        Assert.Equal(member, await Service(http, new NoRedis()).HasAsync("a/b", "u 1", default));
        Assert.Equal("http://discussions:3000/base/api/v1/discussions/a%2Fb/participants/u%201", http.Asked.Single());
    }

    [Fact]
    public async Task Has_TheServiceIsAway_LetsNobodyIn()
    {
        using var http = new Answers(null);

        Assert.False(await Service(http, new NoRedis()).HasAsync("d", "u", default));
    }

    [Fact]
    public async Task Has_TheServiceIsAway_IsAskedAgainAfterFiveSeconds()
    {
        using var http = new Answers(null);
        using var client = new HttpClient(http);
        var time = new Capns.Testing.ManualTime();
        var service = new DiscussionService(_address, client, new NoRedis(), time, NullLogger<DiscussionService>.Instance);
        for (var room = 0; room < 100; room++)
        {
            Assert.False(await service.HasAsync($"d{room}", "u", default));
        }

        Assert.Single(http.Asked);
        time.Advance(TimeSpan.FromSeconds(5));
        await service.HasAsync("d", "u", default);
        Assert.Equal(2, http.Asked.Count);
    }

    [Fact]
    public async Task Has_WithoutAnAddress_AsksNobody()
    {
        using var http = new Answers(HttpStatusCode.OK);
        using var client = new HttpClient(http);

        Assert.False(await new DiscussionService(null, client, new NoRedis(), TimeProvider.System, NullLogger<DiscussionService>.Instance).HasAsync("d", "u", default));
        Assert.Empty(http.Asked);
    }

    private DiscussionService Service(Answers http, IRedis redis) => new(_address, new HttpClient(http), redis, TimeProvider.System, NullLogger<DiscussionService>.Instance);

    private sealed class Answers(HttpStatusCode? status) : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.AbsoluteUri);
            return status is { } known ? Task.FromResult(new HttpResponseMessage(known)) : throw new HttpRequestException("away");
        }
    }

    private sealed class NoRedis : IRedis
    {
        public bool IsEnabled => false;

        public bool IsAvailable => false;

        public Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments) => throw new RedisAwayException();

        public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) => throw new RedisAwayException();
    }
}
