using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Graincast.Gateway;

/// <summary>Sends bytes with an open descriptor riding on the first of them (SCM_RIGHTS), which .NET's sockets cannot.</summary>
public static unsafe class DescriptorSender
{
    private const int SolSocket = 1;
    private const int ScmRights = 1;
    private const int MsgNoSignal = 0x4000;
    private const int Eintr = 4;
    private const int ReadOnly = 0x80000; // O_RDONLY | O_CLOEXEC

    /// <summary>
    /// A file to be sent. .NET would lock it and, when it closes its own descriptor, take away the lock by which the receiver says that the file is in use: the two
    /// descriptors are one open file.
    /// </summary>
    public static SafeFileHandle Open(string path)
    {
        var descriptor = new SafeFileHandle(OpenFile(path, ReadOnly), ownsHandle: true);
        return descriptor.IsInvalid ? throw new IOException($"could not open {path}: {Marshal.GetLastPInvokeErrorMessage()}") : descriptor;
    }

    /// <summary>Sends all of <paramref name="bytes"/> on the blocking <paramref name="socket"/>.</summary>
    public static void Send(Socket socket, ReadOnlySpan<byte> bytes, SafeFileHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(descriptor);
        int sent;
        fixed (byte* first = bytes)
        {
            var vector = new IoVector { Base = first, Length = (nuint)bytes.Length };
            var control = new ControlMessage { Length = 20, Level = SolSocket, Type = ScmRights, Descriptor = (int)descriptor.DangerousGetHandle() };
            var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = (nuint)sizeof(ControlMessage) };
            do
            {
                sent = (int)SendMessage((int)socket.Handle, &message, MsgNoSignal);
            }
            while (sent < 0 && Marshal.GetLastPInvokeError() == Eintr);
        }

        if (sent < 0)
        {
            throw new SocketException(Marshal.GetLastPInvokeError());
        }

        GC.KeepAlive(descriptor);
        while (sent < bytes.Length)
        {
            sent += socket.Send(bytes[sent..]);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern nint OpenFile(string path, int flags);

    [DllImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static extern nint SendMessage(int socket, MessageHeader* message, int flags);

    // The layouts of Linux on 64 bits: struct iovec, struct msghdr, and struct cmsghdr with one int behind it.
    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ControlMessage
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int Descriptor;
        public int Padding;
    }
}
