namespace OctoLogin.Tests.Support;

public static class ForgedForm
{
    /// <summary>Sends what no form of the page sends, with the page's token: the status that the server answers with.</summary>
    public static async Task<(int Status, string Text)> ForgeAsync(this PortalClient client, PortalPageView page, string path, params (string Name, string Value)[] fields)
    {
        var token = page.Document.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Headers = { { "Sec-Fetch-Site", "same-origin" }, { "HX-Request", "true" } },
            Content = new FormUrlEncodedContent(fields.Prepend(("__RequestVerificationToken", token)).Select(field => KeyValuePair.Create(field.Item1, field.Item2))),
        };
        using var answer = await client.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
