using OctoLogin.AccountTokens;
using OctoLogin.Http;

namespace OctoLogin.Portal;

/// <summary>A preview, or why there is none.</summary>
public sealed record PreviewPart(SubjectPreview? Preview, IReadOnlyList<string> Faults)
{
    public static async Task<PreviewPart> OfAsync(Func<Task<SubjectPreview>> show)
    {
        try
        {
            return new(await show(), []);
        }
        catch (ApiException refusal) when (refusal.Status == StatusCodes.Status400BadRequest)
        {
            return new(null, refusal.Errors);
        }
    }
}
