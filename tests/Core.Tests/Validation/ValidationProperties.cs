using System.Text.Json;
using Capns.Core.Json;
using Capns.Core.Validation;
using FsCheck;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Validation;

public sealed class ValidationProperties
{
    private static readonly Config ManyTimes = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Validation_OfAnythingByAnything_NeverThrows() => ForSeeds(seed =>
    {
        var random = new RandomJson(seed);
        UseEverything(random.Schema(), random.Value());
    });

    [Fact]
    public void Validation_OfMutatedSuiteSchemas_NeverThrows()
    {
        var known = SuiteCases.All.Values.ToList();
        ForSeeds(seed =>
        {
            var random = new RandomJson(seed);
            var picked = known[(int)((uint)seed % known.Count)];
            if (TryParse(random.Mutate(picked.Schema.GetRawText())) is { } schema
                && TryParse(random.Mutate(picked.Instance.GetRawText())) is { } instance)
            {
                UseEverything(schema, instance);
            }
        });
    }

    [Fact]
    public void TryFill_OfACompletedValue_OnlyAdds() => ForSeeds(seed =>
    {
        var random = new RandomJson(seed);
        if (JsonSchema.TryCompile(random.Schema(), out var schema, out _)
            && DefaultFiller.TryFill(schema, random.Value(), out var once, out _))
        {
            // A default inside its own default is written once a filling: only schemas without circles are idempotent.
            Assert.True(DefaultFiller.TryFill(schema, once, out var twice, out _));
            Assert.True(twice.GetRawText().Length >= once.GetRawText().Length);
        }
    });

    [Fact]
    public void Redact_OfAnything_LeavesNoSecretPathUnredacted() => ForSeeds(seed =>
    {
        var random = new RandomJson(seed);
        if (!JsonSchema.TryCompile(random.Schema(), out var schema, out _))
        {
            return;
        }

        var instance = random.Value();
        var redacted = SecretFields.Redact(schema, instance);
        foreach (var path in SecretFields.Paths(schema, instance))
        {
            Assert.True(JsonPointer.TryResolve(redacted, path, out var found));
            Assert.Equal(SecretFields.Redacted, found.GetString());
        }
    });

    [Fact]
    public void Write_CanonicalBytesAgain_AreTheSame() => ForSeeds(seed =>
    {
        if (CanonicalJson.TryWrite(new RandomJson(seed).Value(), out var bytes, out var error))
        {
            using var again = JsonDocument.Parse(bytes);
            Assert.Equal(bytes, CanonicalJson.Write(again.RootElement));
        }
        else
        {
            Assert.Contains("range of a double", error, StringComparison.Ordinal);
        }
    });

    [Fact]
    public void ToText_AnyFiniteDouble_ReadsBackAsTheSame() =>
        Prop.ForAll(ArbMap.Default.ArbFor<double>().Filter(double.IsFinite), number =>
            double.Parse(EcmaScriptNumber.ToText(number), System.Globalization.CultureInfo.InvariantCulture).Equals(number + 0.0))
            .Check(ManyTimes);

    [Fact]
    public void ExactNumber_AnyTwoDecimals_CompareAndDivideAsDecimalsDo() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<byte>(), (left, right, scale) =>
        {
            var (a, b) = (left / (decimal)Math.Pow(10, scale % 5), right / (decimal)Math.Pow(10, scale % 3));
            var (x, y) = (Exact(a), Exact(b));
            Assert.Equal(Math.Sign(a.CompareTo(b)), Math.Sign(x.CompareTo(y)));
            Assert.Equal(a == b, x == y);
            Assert.Equal(decimal.Truncate(a) == a, x.IsInteger);
            Assert.True(b <= 0 || x.IsMultipleOf(y) == (a % b == 0));
        }).Check(ManyTimes);

    private static ExactNumber Exact(decimal number) =>
        ExactNumber.Parse(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static void ForSeeds(Action<int> check) =>
        Prop.ForAll(Gen.Choose(int.MinValue, int.MaxValue).ToArbitrary(), check).Check(ManyTimes);

    [Fact]
    public void RandomJson_SchemasFromSeeds_AreUsableOftenEnoughToTestWith()
    {
        var schemas = Enumerable.Range(0, 1000).Select(seed => new RandomJson(seed).Schema()).ToList();

        var usable = schemas.Count(schema => schema.ValueKind == JsonValueKind.Object && JsonSchema.TryCompile(schema, out _, out _));

        Assert.InRange(usable, 250, 900);
    }

    private static void UseEverything(JsonElement schema, JsonElement instance)
    {
        foreach (var strict in new[] { false, true })
        {
            if (!JsonSchema.TryCompile(schema, out var compiled, out var error, new SchemaOptions { StrictProperties = strict }))
            {
                Assert.NotEmpty(error.Message);
                return;
            }

            Assert.InRange(compiled.Validate(instance).Count, 0, JsonSchema.MaxErrors);
            DefaultFiller.TryFill(compiled, instance, out _, out _);
            CredentialScan.Find(compiled, instance);
        }
    }

    private static JsonElement? TryParse(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
