using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace OctoLogin.Bench.References;

/// <summary>
/// What ASP.NET Core does at the least, as a program of its own: <c>bare</c> has the floor of the exchange (one RS256 verification, one
/// ES256 signature, nothing else) and an empty endpoint; <c>durable</c> has the floor with one durable row for each; <c>authenticated</c> has an empty endpoint behind a bearer scheme.
/// </summary>
internal static class Reference
{
    public const string KeyVariable = "OCTOLOGIN_BENCH_KEY";
    public const string Bearer = "bench-bench-bench-bench-bench-bench-bench-bench-bench-bench-bench-bench-bench-bench-bench-bench-bench-bench";

    public static async Task<int> RunAsync(string kind, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}").ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        if (kind == "authenticated")
        {
            builder.Services.AddAuthentication("Bearer").AddScheme<AuthenticationSchemeOptions, KnownBearer>("Bearer", null);
            builder.Services.AddAuthorization();
        }
        var app = builder.Build();
        if (kind == "authenticated")
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapGet("/empty", () => { }).RequireAuthorization();
        }
        else
        {
            app.MapGet("/empty", () => { });
            var durable = kind == "durable" ? await GroupCommit.StartAsync(Environment.GetEnvironmentVariable(GroupCommit.ConnectionVariable)!) : null;
            app.MapPost("/token/v1", new Floor(Environment.GetEnvironmentVariable(KeyVariable)!, durable).ExchangeAsync);
        }
        await app.RunAsync();
        return 0;
    }

    /// <summary>Key objects are kept, one for each thread that needs one: importing one costs more than using it.</summary>
    private sealed class Floor(string subjectPublicKeyInfo, GroupCommit? durable)
    {
        private static readonly byte[] TokenInput = Encoding.ASCII.GetBytes(new string('x', 600));
        private readonly ConcurrentBag<RSA> verifiers = [];
        private readonly ConcurrentBag<ECDsa> signers = [];

        public async Task ExchangeAsync(HttpContext context)
        {
            var read = await context.Request.BodyReader.ReadAtLeastAsync((int)context.Request.ContentLength!.Value);
            var body = read.Buffer.ToArray();
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (!Verifies(body.AsSpan(body.AsSpan().LastIndexOf("subject_token="u8) + 14)))
            {
                context.Response.StatusCode = 400;
                return;
            }
            var answer = Encoding.ASCII.GetBytes(
                $$"""{"access_token":"{{Encoding.ASCII.GetString(TokenInput)}}.{{Sign()}}","token_type":"Bearer","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","expires_in":3600}""");
            if (durable is not null)
            {
                await durable.AddAsync();
            }
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Length;
            await context.Response.Body.WriteAsync(answer);
        }

        private bool Verifies(ReadOnlySpan<byte> token)
        {
            var dot = token.LastIndexOf((byte)'.');
            if (!verifiers.TryTake(out var key))
            {
                key = RSA.Create();
                key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(subjectPublicKeyInfo), out _);
            }
            var verified = key.VerifyData(token[..dot], Base64Url.DecodeFromUtf8(token[(dot + 1)..]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            verifiers.Add(key);
            return verified;
        }

        private string Sign()
        {
            if (!signers.TryTake(out var key))
            {
                key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            }
            var signature = key.SignData(TokenInput, HashAlgorithmName.SHA256);
            signers.Add(key);
            return Base64Url.EncodeToString(signature);
        }
    }

    private sealed class KnownBearer(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
    {
        private static readonly ConcurrentDictionary<string, string> Users = new() { [$"Bearer {Bearer}"] = "Users-1" };

        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Users.TryGetValue(Request.Headers.Authorization.ToString(), out var id)
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, id)], "Bearer")), "Bearer"))
                : AuthenticateResult.NoResult());
    }
}
