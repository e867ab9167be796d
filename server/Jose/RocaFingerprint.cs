using System.Numerics;

namespace OctoLogin.Jose;

/// <summary>
/// Tells RSA moduli of the flawed Infineon generator (CVE-2017-15361): each is a power of 65537 modulo every small prime,
/// which a random modulus is for all of these with a chance of about 2^-27.
/// Nemec et al., "The Return of Coppersmith's Attack", section 2.
/// </summary>
public static class RocaFingerprint
{
    private static readonly int[] Primes = [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167];

    private static readonly Dictionary<int, HashSet<int>> Powers = Primes.ToDictionary(prime => prime, PowersOf65537);

    public static bool Matches(byte[] bigEndianModulus)
    {
        var modulus = new BigInteger(bigEndianModulus, isUnsigned: true, isBigEndian: true);
        return Powers.All(entry => entry.Value.Contains((int)(modulus % entry.Key)));
    }

    private static HashSet<int> PowersOf65537(int prime)
    {
        var powers = new HashSet<int>();
        for (var power = 1; powers.Add(power); power = power * 65537 % prime)
        {
        }
        return powers;
    }
}
