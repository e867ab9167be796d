using System.Net.Http.Headers;

namespace OctoLogin.Tests.Support;

/// <summary>Pushes and downloads as clients do it.</summary>
public static class PackageFiles
{
    /// <summary>The same bytes for the same seed, which nothing can compress.</summary>
    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static Task<ApiAnswer> PushAsync(this HttpClient client, string fileName, byte[] bytes, string query = "", string space = Api.Space) =>
        client.PushAsync(fileName, new ByteArrayContent(bytes), query, space);

    public static async Task<ApiAnswer> PushAsync(this HttpClient client, string fileName, HttpContent content, string query = "", string space = Api.Space)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var form = new MultipartFormDataContent { { content, "fileToUpload", fileName } };
        return await client.PostRawAsync(form, query, space);
    }

    public static async Task<ApiAnswer> PostRawAsync(this HttpClient client, HttpContent body, string query = "", string space = Api.Space)
    {
        using var response = await client.PostAsync($"{space}/packages/raw{query}", body);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.GetValues("X-Correlation-Id").Single());
    }

    public static async Task<ApiAnswer> MakePackageAsync(this ServerFixture server, string fileName, byte[]? bytes = null, string space = Api.Space) =>
        (await server.Admin.PushAsync(fileName, bytes ?? Bytes(100), space: space)).ShouldBe(201);

    public static Task<byte[]> DownloadAsync(this HttpClient client, string id, string space = Api.Space) => client.GetByteArrayAsync($"{space}/packages/{id}/raw");
}
