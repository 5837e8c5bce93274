using System.Globalization;
using System.Text;
using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Media;
using Capns.Core.Tests.Media;
using FsCheck;
using FsCheck.Fluent;
using static Capns.Core.Tests.Caps.Validation.CallExample;

namespace Capns.Core.Tests.Caps.Validation;

public sealed class ValidationProperties
{
    private static readonly Config ManyTimes = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static readonly CallValidator Validator = new();

    private static readonly Gen<decimal> Decimals =
        from digits in Gen.Choose(-2000, 2000)
        from scale in Gen.Choose(0, 3)
        select digits / (decimal)Math.Pow(10, scale);

    private static readonly Gen<string> Texts =
        from letters in Gen.Elements("a", "B", "$", "é", "\U0001F600", "\n", "\"", "\\").ListOf()
        select string.Concat(letters);

    private static readonly Gen<string> Patterns =
        from parts in Gen.Elements(
            "a", "B", ".", "*", "+", "?", "(", ")", "[", "]", "^", "$", "\\", "|", "{2,", "}", "(?=", "(?P<n>", "\\1", "(?m)").ListOf()
        select string.Concat(parts);

    [Fact]
    public void Bounds_AnyNumberAndBounds_AreThoseOfExactArithmetic() =>
        Prop.ForAll(Decimals.Three().ToArbitrary(), three =>
        {
            var (value, min, max) = three;
            var rule = Broken(new() { Min = (double)min, Max = (double)max }, value.ToString(CultureInfo.InvariantCulture));

            Assert.Equal(value < min ? "minimum value" : value > max ? "maximum value" : null, rule?[..13]);
        }).Check(ManyTimes);

    [Fact]
    public void Lengths_AnyText_AreItsBytesInUtf8() =>
        Prop.ForAll(Texts.ToArbitrary(), Gen.Choose(0, 12).ToArbitrary(), (text, bound) =>
        {
            var bytes = Encoding.UTF8.GetByteCount(text);
            var value = JsonSerializer.Serialize(text);

            Assert.Equal(bytes >= bound, Broken(new() { MinLength = bound }, value) is null);
            Assert.Equal(bytes <= bound, Broken(new() { MaxLength = bound }, value) is null);
            Assert.Equal(bytes == bound, Broken(new() { MinLength = bound, MaxLength = bound }, value) is null);
        }).Check(ManyTimes);

    [Fact]
    public void AllowedValues_AnyTexts_HoldExactlyTheListed() =>
        Prop.ForAll(Texts.ToArbitrary(), Texts.ListOf().ToArbitrary(), (text, allowed) =>
        {
            Assert.Equal(allowed.Contains(text), Broken(new() { AllowedValues = [.. allowed] }, JsonSerializer.Serialize(text)) is null);
            Assert.Null(Broken(new() { AllowedValues = [.. allowed, text] }, JsonSerializer.Serialize(text)));
        }).Check(ManyTimes);

    [Fact]
    public void Rules_TwoTogether_AreBrokenWhenEitherIs() =>
        Prop.ForAll(Texts.ToArbitrary(), Gen.Choose(0, 8).ToArbitrary(), Gen.Elements("a", "^B", "é$").ToArbitrary(), (text, most, pattern) =>
        {
            var value = JsonSerializer.Serialize(text);
            var length = Broken(new() { MaxLength = most }, value);
            var match = Broken(new() { Pattern = pattern }, value);

            Assert.Equal(length ?? match, Broken(new() { MaxLength = most, Pattern = pattern }, value));
        }).Check(ManyTimes);

    [Fact]
    public void Pattern_AnyText_AnswersWithARuleOrTheDefinitionsFault() =>
        Prop.ForAll(Patterns.ToArbitrary(), Texts.ToArbitrary(), (pattern, text) =>
        {
            var error = Validate(new() { Pattern = pattern }, JsonSerializer.Serialize(text)).Error;

            Assert.True(error is null or { Kind: CapValidationErrorKind.MediaSpecValidationFailed or CapValidationErrorKind.InvalidCapSchema });
        }).Check(ManyTimes);

    [Fact]
    public void Base64_AnyBytes_AreTakenForABinaryTypeAsTheyAreWritten() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            var cap = Cap(Positional(0, MediaUrnText.Binary));
            var text = Convert.ToBase64String(bytes);

            Assert.Null(Completed.Result(Validator.ValidateArgumentAsync(cap, cap.Args[0], Value($"\"{text}\""))).Error);
            Assert.NotNull(Completed.Result(Validator.ValidateArgumentAsync(cap, cap.Args[0], Value($"\"{text}=\""))).Error);
        }).Check(ManyTimes);

    [Fact]
    public void Response_AnyValueWritten_IsReadBack() =>
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<double>(), Texts.ToArbitrary(), (whole, real, text) =>
        {
            Assert.Equal(whole, ResponseWrapper.FromText(string.Create(CultureInfo.InvariantCulture, $" {whole}\n")).AsInt());
            Assert.Equal(real, ResponseWrapper.FromText(real.ToString("R", CultureInfo.InvariantCulture)).AsFloat());
            Assert.Equal(text, ResponseWrapper.FromText(text).AsString());
            Assert.Equal(text, ResponseWrapper.FromText(text).As<string>());
        }).Check(ManyTimes);

    [Fact]
    public void Response_AnyBytes_AreReadOrRefusedAndNothingElse() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            foreach (var response in new[] { ResponseWrapper.FromJson(bytes), ResponseWrapper.FromText(bytes), ResponseWrapper.FromBinary(bytes) })
            {
                Attempt(() => response.AsString());
                Attempt(() => response.AsInt());
                Attempt(() => response.AsFloat());
                Attempt(() => response.AsBool());
                Attempt(() => response.As<Dictionary<string, int>>());
                Completed.Result(response.ValidateAgainstCapAsync(CapOf(Spec())));
            }
        }).Check(ManyTimes);

    private static string? Broken(MediaValidation rules, string value) => Validate(rules, value).Error?.Rule;

    private static CapValidationResult Validate(MediaValidation rules, string value)
    {
        var cap = CapOf(Spec(rules: rules));
        return Completed.Result(Validator.ValidateArgumentAsync(cap, cap.Args[0], Value(value)));
    }

    private static void Attempt<T>(Func<T> read)
    {
        try
        {
            read();
        }
        catch (ResponseConversionException)
        {
        }
    }
}
