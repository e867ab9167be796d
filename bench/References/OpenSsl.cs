using System.Diagnostics;
using System.Globalization;

namespace OctoLogin.Bench.References;

/// <summary><c>openssl speed</c>: what the two signatures of an exchange cost with nothing around them, on one core.</summary>
internal static class OpenSsl
{
    /// <summary>RSA 2048 verifications and P-256 signatures a second; null where openssl is not installed.</summary>
    public static (double Verify, double Sign)? Speed(int seconds)
    {
        try
        {
            var info = new ProcessStartInfo("openssl", ["speed", "-mr", "-seconds", seconds.ToString(CultureInfo.InvariantCulture), "rsa2048", "ecdsap256"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(info)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            // +F2:index:bits:sign:verify for RSA, +F4 for ECDSA; times a second, or seconds for one in older versions.
            var lines = process.StandardOutput.ReadToEnd().Split('\n');
            return (Rate(lines, "+F2:", 4), Rate(lines, "+F4:", 3));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static double Rate(string[] lines, string kind, int column)
    {
        var text = lines.First(line => line.StartsWith(kind, StringComparison.Ordinal)).Split(':')[column];
        var value = double.Parse(text, CultureInfo.InvariantCulture);
        return value < 1 ? 1 / value : value;
    }
}
