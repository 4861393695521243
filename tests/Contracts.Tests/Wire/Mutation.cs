namespace Graincast.Wire;

/// <summary>Damages bytes as a fault or an attacker would: flipped bits, blown-up lengths, cuts, repeats.</summary>
public static class Mutation
{
    public static byte[] Of(byte[] bytes, Random random)
    {
        byte[] mutated = [.. bytes];
        switch (random.Next(4))
        {
            case 0:
                mutated[random.Next(mutated.Length)] ^= (byte)(1 << random.Next(8));
                return mutated;
            case 1:
                int at = random.Next(mutated.Length);
                random.NextBytes(mutated.AsSpan(at, Math.Min(4, mutated.Length - at)));
                return mutated;
            case 2:
                return mutated[..random.Next(FrameHeader.SizeBytes, mutated.Length + 1)];
            default:
                return [.. mutated, .. mutated[random.Next(mutated.Length)..]];
        }
    }
}
