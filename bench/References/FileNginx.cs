using System.Globalization;

namespace OctoLogin.Bench.References;

/// <summary>Debian's nginx that takes files by PUT and serves them.</summary>
internal sealed class FileNginx : IDisposable
{
    private readonly ChildServer child;

    private FileNginx(ChildServer child) => (this.child, Client) = (child, new HttpClient { BaseAddress = new Uri(child.Url), Timeout = TimeSpan.FromMinutes(10) });

    public HttpClient Client { get; }

    /// <summary>Null: it is not installed.</summary>
    public static FileNginx? Start(string folder)
    {
        var program = new[] { "/usr/sbin/nginx", "/usr/bin/nginx" }.FirstOrDefault(File.Exists);
        if (program is null)
        {
            return null;
        }
        var place = Directory.CreateDirectory(Path.Combine(folder, "nginx")).FullName;
        var port = Load.SubjectTokens.FreePort().ToString(CultureInfo.InvariantCulture);
        var configuration = Path.Combine(place, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off;
            worker_processes 2;
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            pid {{place}}/pid;
            error_log {{place}}/error.log;
            events { }
            http {
              access_log off;
              sendfile on;
              client_max_body_size 0;
              client_body_temp_path {{place}}/body;
              proxy_temp_path {{place}}/proxy;
              fastcgi_temp_path {{place}}/fastcgi;
              uwsgi_temp_path {{place}}/uwsgi;
              scgi_temp_path {{place}}/scgi;
              server {
                listen 127.0.0.1:{{port}};
                root {{place}};
                dav_methods PUT;
              }
            }
            """);
        return new FileNginx(ChildServer.Start(program, int.Parse(port, CultureInfo.InvariantCulture), ["-p", place, "-c", configuration]));
    }

    public async Task PutAsync(string name, string file)
    {
        await using var stream = File.OpenRead(file);
        using var answer = await Client.PutAsync($"/{name}", new StreamContent(stream));
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose()
    {
        Client.Dispose();
        child.Dispose();
    }
}
