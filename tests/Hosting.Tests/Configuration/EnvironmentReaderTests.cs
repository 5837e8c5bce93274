using Capns.Hosting.Configuration;
using Xunit;

namespace Capns.Hosting.Tests.Configuration;

public sealed class EnvironmentReaderTests
{
    private const long Mebibyte = 1L << 20;

    [Theory]
    [InlineData("512", 512 * Mebibyte)]
    [InlineData("512MB", 512 * Mebibyte)]
    [InlineData("512mb", 512 * Mebibyte)]
    [InlineData("512 MiB", 512 * Mebibyte)]
    [InlineData("1G", 1024 * Mebibyte)]
    [InlineData("1.5GB", 1536 * Mebibyte)]
    [InlineData("2048K", 2 * Mebibyte)]
    public void Size_WithAndWithoutSuffix_IsBytes(string text, long bytes) =>
        Assert.Equal(bytes, Variables.Of(("S", text)).Size("S", 0, 1, 4096 * Mebibyte));

    [Theory]
    [InlineData("1MB", true)]
    [InlineData("1023K", false)]
    [InlineData("4096", true)]
    [InlineData("4097", false)]
    [InlineData("-1", false)]
    [InlineData("many", false)]
    [InlineData("1e3MB", false)]
    public void Size_AtItsBounds_IsTakenOrRefusedNamingVariableValueAndBounds(string text, bool taken)
    {
        var reader = Variables.Of(("SANDBOX_MEMORY_LIMIT", text));
        long Read() => reader.Size("SANDBOX_MEMORY_LIMIT", 0, Mebibyte, 4096 * Mebibyte);
        if (taken)
        {
            Assert.InRange(Read(), Mebibyte, 4096 * Mebibyte);
            return;
        }

        var error = Assert.Throws<SettingException>(() => Read());
        Assert.Equal($"SANDBOX_MEMORY_LIMIT={text} cannot be used; it needs a size from 1 to 4096 MB, such as 512MB or 1GB.", error.Message);
    }

    [Theory]
    [InlineData("30000", 30_000)]
    [InlineData("30s", 30_000)]
    [InlineData("30S", 30_000)]
    [InlineData("250ms", 250)]
    [InlineData("5m", 300_000)]
    [InlineData("5min", 300_000)]
    [InlineData("0.5h", 1_800_000)]
    [InlineData("0", 0)]
    public void Duration_WithAndWithoutSuffix_IsThatLong(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Variables.Of(("T", text)).Duration("T", default, TimeSpan.Zero, TimeSpan.FromHours(1)));

    [Theory]
    [InlineData("3600001")]
    [InlineData("2d")]
    [InlineData("s")]
    public void Duration_BeyondItsBounds_IsRefused(string text) =>
        Assert.Contains("T=" + text, Assert.Throws<SettingException>(
            () => Variables.Of(("T", text)).Duration("T", default, TimeSpan.Zero, TimeSpan.FromHours(1))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0", false)]
    [InlineData("1", true)]
    [InlineData("100", true)]
    [InlineData("101", false)]
    [InlineData("7.5", false)]
    [InlineData("0x10", false)]
    public void WholeNumber_AtItsBounds_IsTakenOrRefused(string text, bool taken)
    {
        var reader = Variables.Of(("N", text));
        if (taken)
        {
            Assert.Equal(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture), reader.WholeNumber("N", 5, 1, 100));
            return;
        }

        var error = Assert.Throws<SettingException>(() => reader.WholeNumber("N", 5, 1, 100));
        Assert.Equal($"N={text} cannot be used; it needs a whole number from 1 to 100.", error.Message);
    }

    [Fact]
    public void Absent_EveryKind_IsTheDefault()
    {
        var reader = Variables.Of(("EMPTY", "  "));
        Assert.Equal(5, reader.WholeNumber("EMPTY", 5, 1, 100));
        Assert.Equal(1.5, reader.Number("EMPTY", 1.5, 0, 2));
        Assert.True(reader.Flag("EMPTY", true));
        Assert.Equal(7, reader.Size("EMPTY", 7, 1, 100));
        Assert.Equal(["a", "b"], reader.List("EMPTY", "a", "b"));
        Assert.Null(reader.Url("EMPTY", "http"));
        Assert.Null(reader.JsonObject("EMPTY"));
        Assert.Throws<SettingException>(() => reader.Required("EMPTY", "something"));
    }

    [Theory]
    [InlineData("yes", true)]
    [InlineData("True", true)]
    [InlineData("0", false)]
    [InlineData("off", false)]
    public void Flag_UsualWords_AreUnderstood(string text, bool value) => Assert.Equal(value, Variables.Of(("F", text)).Flag("F", !value));

    [Fact]
    public void Flag_OtherWord_IsRefused() => Assert.Throws<SettingException>(() => Variables.Of(("F", "maybe")).Flag("F", true));

    [Fact]
    public void Url_WrongScheme_IsRefusedWithoutShowingThePassword()
    {
        var error = Assert.Throws<SettingException>(() => Variables.Of(("U", "http://me:s3cret@host")).Url("U", "amqp"));
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
        Assert.Contains("U=http://***@host", error.Message, StringComparison.Ordinal);
    }
}
