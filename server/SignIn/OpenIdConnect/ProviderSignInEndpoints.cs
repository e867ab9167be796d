using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Jose;
using OctoLogin.Users;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>A browser's way to the provider and back, and the provider's own call. These answer people, so with pages and not with JSON.</summary>
public static class ProviderSignInEndpoints
{
    private const long MostBytes = 64 * 1024;

    public static IServiceCollection AddOpenIdConnect(this IServiceCollection services, ProviderOptions options) => services
        .AddSingleton(options).AddSingleton<ProviderNetwork>().AddSingleton<ProviderUris>().AddSingleton<ProviderSettingsStore>().AddSingleton<ProviderSecret>().AddSingleton<ProviderDocuments>()
        .AddSingleton<ProviderClient>().AddSingleton<SignInStates>().AddSingleton<BrowserCookie>().AddSingleton<UsedOnce>().AddSingleton<ExternalIdentityStore>().AddSingleton<AccountLinking>()
        .AddSingleton<SignInStart>().AddSingleton<ProviderSignIn>().AddSingleton<AccountUnlinking>().AddSingleton<SignInRecord>().AddSingleton<BackChannelLogout>().AddSingleton<ProviderButtons>();

    public static void MapOpenIdConnect(this IEndpointRouteBuilder routes)
    {
        routes.MapProviderSettings();
        var group = routes.MapGroup("/api/users").WithTags("users");
        group.MapDelete("/{id}/identities/{identityId}", Unlink).WithSummary("Unlink a user from a person of the identity provider");
        // Pages for browsers, and no part of what programs call.
        routes.MapGet(ProviderUris.StartPath, (Delegate)Start).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet($"{ProviderUris.StartPath}/test", (Delegate)StartTest).ExcludeFromDescription();
        routes.MapMethods(ProviderUris.RedirectPath, [HttpMethods.Get, HttpMethods.Post], (Delegate)Finish).AllowAnonymous().WithMetadata(new RequestSizeLimitAttribute(MostBytes)).ExcludeFromDescription();
        routes.MapPost(ProviderUris.BackChannelLogoutPath, (Delegate)Logout).AllowAnonymous().WithMetadata(new RequestSizeLimitAttribute(MostBytes)).ExcludeFromDescription();
    }

    private static Task Start(HttpContext context) => PageAsync(context, async () =>
        Redirect(context, await context.RequestServices.GetRequiredService<SignInStart>().BeginAsync(context, context.Request.Query["redirectAfterLoginTo"], testedBy: null, context.RequestAborted)));

    /// <summary>The same way, at whose end is told what would have been done.</summary>
    private static Task StartTest(HttpContext context)
    {
        var caller = context.Features.Get<Caller>()!;
        caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        return PageAsync(context, async () =>
            Redirect(context, await context.RequestServices.GetRequiredService<SignInStart>().BeginAsync(context, null, caller.UserId, context.RequestAborted)));
    }

    private static Task Finish(HttpContext context) => PageAsync(context, async () =>
    {
        context.RequestServices.GetRequiredService<SignInRecord>().DemandPatience(context);
        var answer = await AuthorizationAnswer.ReadAsync(context.Request, context.RequestAborted);
        var outcome = await context.RequestServices.GetRequiredService<ProviderSignIn>().FinishAsync(context, answer, context.RequestAborted);
        if (outcome.Tried is { } tried)
        {
            await SignInPage.TriedAsync(context, tried);
            return;
        }
        Redirect(context, outcome.ReturnTo);
    });

    private static async Task Logout(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        string? fault;
        try
        {
            fault = await context.RequestServices.GetRequiredService<BackChannelLogout>().EndAsync(context, form["logout_token"], context.RequestAborted);
        }
        catch (IssuerUnreachableException unreachable)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsJsonAsync(new LogoutError("temporarily_unavailable", $"The provider's keys cannot be had now: {unreachable.Message}."), context.RequestAborted);
            return;
        }
        if (fault is not null)
        {
            if (context.RequestServices.GetRequiredService<SignInRecord>().MayLog(context))
            {
                context.RequestServices.GetRequiredService<ILogger<BackChannelLogout>>().LogoutRefused(fault, context.TraceIdentifier);
            }
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(new LogoutError("invalid_request", $"The logout token is not accepted: {fault}."), context.RequestAborted);
        }
    }

    internal static async Task<Microsoft.AspNetCore.Http.HttpResults.Ok> Unlink(
        string id, string identityId, Caller caller, UserStore users, CallerStore callers, AccountUnlinking unlinking, CancellationToken cancel)
    {
        var user = await UserEndpoints.ControlledAsync(id, "Unlinking this user", caller, users, callers, cancel);
        await unlinking.UnlinkAsync(user, identityId, caller.Actor, cancel);
        return TypedResults.Ok();
    }

    // 303: what was POSTed to come here is not POSTed on.
    private static void Redirect(HttpContext context, string to)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = to;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
    }

    private static async Task PageAsync(HttpContext context, Func<Task> work)
    {
        SignInException failed;
        try
        {
            await work();
            return;
        }
        catch (SignInException fault)
        {
            failed = fault;
        }
        catch (Exception outage) when (Outage.Is(outage))
        {
            context.RequestServices.GetRequiredService<ILogger<SignInRecord>>().DatabaseOutage(outage, context.TraceIdentifier);
            await SignInPage.FailedAsync(context, new SignInException(StatusCodes.Status503ServiceUnavailable, "The server cannot reach its database now; try again in a few seconds.", "The server's log says what is wrong with its database."));
            return;
        }
        await context.RequestServices.GetRequiredService<SignInRecord>().FailedAsync(context, failed, context.RequestAborted);
        await SignInPage.FailedAsync(context, failed);
    }

    internal sealed record LogoutError([property: JsonPropertyName("error")] string Error, [property: JsonPropertyName("error_description")] string ErrorDescription);
}

internal static partial class ProviderSignInLog
{
    [LoggerMessage(LogLevel.Warning, "A back-channel logout was refused: {Reason} ({CorrelationId})")]
    public static partial void LogoutRefused(this ILogger log, string reason, string correlationId);
}
