import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * The verdict of Java's PKIX validation on each question: yes, or why not. Usage: Java SECONDS
 *
 * The questions are read from standard input; see PeerQuestions.swift for their form. Java validates a path (RFC 5280 §6);
 * which paths there are, and whether the leaf is for that purpose and has that name, its user sees to: here.
 */
final class Java {
    private static final List<String> PURPOSES =
        List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4");
    private static final String ANY_PURPOSE = "2.5.29.37.0", NAME_CONSTRAINTS = "2.5.29.30";
    /** Key identifiers help to find a path (RFC 5280 §4.2.1.1, §4.2.1.2), critical or not. */
    private static final Set<String> HINTS = Set.of("2.5.29.14", "2.5.29.35");
    private static final int DNS = 1, IP = 2, MAILBOX = 3;
    private static final int MAILBOX_NAME = 1, DNS_NAME = 2, IP_NAME = 7;
    /** More paths than these are not tried. */
    private static final int MOST_PATHS = 64;

    private final CertificateFactory factory = CertificateFactory.getInstance("X.509");
    private final CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    private final int purpose, kind;
    private final byte[] name;
    private final List<X509Certificate> between = new ArrayList<>();
    private final X509Certificate leaf;
    /** The anchor's certificate where it limits names: it is then the last of each path, so that the limits hold. */
    private final X509Certificate limiting;
    private final X500Principal anchor;
    private final PKIXParameters parameters;
    private int paths = 0;
    private String why = "no path to the anchor";

    private Java(int purpose, int kind, byte[] name, List<byte[]> certificates, Date now)
        throws GeneralSecurityException, IOException {
        this.purpose = purpose;
        this.kind = kind;
        this.name = name;
        leaf = read(certificates.get(0));
        for (int i = 1; i < certificates.size() - 1; i++) {
            try {
                between.add(read(certificates.get(i)));
            } catch (CertificateException unreadable) {
                // It is passed over.
            }
        }
        byte[] root = certificates.get(certificates.size() - 1);
        DER fields = new DER(root).inside().inside();
        fields.skip(fields.nextTag() == 0xA0 ? 5 : 4);
        anchor = new X500Principal(fields.next());
        byte[] key = fields.next();
        limiting = limiting(root);
        // RFC 5280 §6.1.1(d): an anchor is a name and a key; nobody asks how it was signed.
        parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, publicKey(key), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(now);
        parameters.addCertPathChecker(new HintChecker());
    }

    private X509Certificate read(byte[] der) throws CertificateException {
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
    }

    private X509Certificate limiting(byte[] root) {
        try {
            X509Certificate certificate = read(root);
            return certificate.getExtensionValue(NAME_CONSTRAINTS) == null ? null : certificate;
        } catch (CertificateException unreadable) {
            return null;
        }
    }

    private static PublicKey publicKey(byte[] der) throws GeneralSecurityException, IOException {
        DER algorithm = new DER(der).inside().inside();
        String name;
        switch (HexFormat.of().formatHex(algorithm.next())) {
            case "06072a8648ce3d0201": name = "EC"; break;
            case "06032b6570": name = "Ed25519"; break;
            case "06092a864886f70d010101": name = "RSA"; break;
            case "06092a864886f70d01010a": name = "RSASSA-PSS"; break;
            default: throw new GeneralSecurityException("a key of another kind");
        }
        return KeyFactory.getInstance(name).generatePublic(new X509EncodedKeySpec(der));
    }

    private String verdict() throws GeneralSecurityException, IOException {
        List<String> purposes = leaf.getExtendedKeyUsage();
        if (purpose < PURPOSES.size() && purposes != null && !purposes.contains(PURPOSES.get(purpose))
            && !purposes.contains(ANY_PURPOSE)) return "not for this purpose";
        if (kind != 0 && !hasName()) return "no such name";
        return isValid(new ArrayList<>(List.of(leaf))) ? "yes" : why;
    }

    private boolean hasName() throws GeneralSecurityException, IOException {
        Collection<List<?>> names = leaf.getSubjectAlternativeNames();
        if (names == null) return false;
        for (List<?> one : names) {
            int type = (Integer) one.get(0);
            if (kind == IP && type == IP_NAME
                && Arrays.equals(InetAddress.getByName((String) one.get(1)).getAddress(), name)) return true;
            if (kind == DNS && type == DNS_NAME && isHost((String) one.get(1))) return true;
            if (kind == MAILBOX && type == MAILBOX_NAME && isMailbox((String) one.get(1))) return true;
        }
        return false;
    }

    /** RFC 9525 §6.3: a wildcard is the whole of the first label, and stands for one. */
    private boolean isHost(String presented) {
        String host = new String(name);
        if (presented.equalsIgnoreCase(host)) return true;
        int dot = host.indexOf('.');
        return dot > 0 && presented.startsWith("*.") && presented.substring(1).equalsIgnoreCase(host.substring(dot));
    }

    /** RFC 5280 §7.5: only the part after the at sign is without case. */
    private boolean isMailbox(String presented) {
        String mailbox = new String(name);
        int at = presented.lastIndexOf('@') + 1;
        return at == mailbox.lastIndexOf('@') + 1 && presented.substring(0, at).equals(mailbox.substring(0, at))
            && presented.substring(at).toLowerCase(Locale.ROOT).equals(mailbox.substring(at).toLowerCase(Locale.ROOT));
    }

    /** Whether some path that begins so is valid. */
    private boolean isValid(List<X509Certificate> begun) throws CertificateException {
        X509Certificate last = begun.get(begun.size() - 1);
        if (last.getIssuerX500Principal().equals(anchor) && ++paths <= MOST_PATHS) {
            try {
                List<X509Certificate> path = new ArrayList<>(begun);
                if (limiting != null) path.add(limiting);
                validator.validate(factory.generateCertPath(path), parameters);
                return true;
            } catch (GeneralSecurityException failure) {
                why = String.valueOf(failure.getMessage());
            }
        }
        for (X509Certificate next : between) {
            if (begun.contains(next) || !last.getIssuerX500Principal().equals(next.getSubjectX500Principal())) continue;
            begun.add(next);
            if (isValid(begun)) return true;
            begun.remove(begun.size() - 1);
        }
        return false;
    }

    /** Takes the key identifiers for known. */
    private static final class HintChecker extends PKIXCertPathChecker {
        @Override public void init(boolean isForward) {}

        @Override public boolean isForwardCheckingSupported() { return true; }

        @Override public Set<String> getSupportedExtensions() { return HINTS; }

        @Override public void check(Certificate certificate, Collection<String> unresolved) {
            unresolved.removeAll(HINTS);
        }
    }

    /** The elements within one element of DER, one after another. */
    private static final class DER {
        private final byte[] bytes;
        private final int end;
        private int position;

        DER(byte[] bytes) { this(bytes, 0, bytes.length); }

        private DER(byte[] bytes, int position, int end) {
            this.bytes = bytes;
            this.position = position;
            this.end = end;
        }

        int nextTag() { return Byte.toUnsignedInt(bytes[position]); }

        /** Where the contents of the next element begin and end. */
        private int[] contents() throws IOException {
            int start = position + 2, length = Byte.toUnsignedInt(bytes[position + 1]);
            if (length >= 0x80) {
                int count = length & 0x7F;
                length = 0;
                for (int i = 0; i < count; i++) length = length << 8 | Byte.toUnsignedInt(bytes[start + i]);
                start += count;
            }
            if (length < 0 || length > end - start) throw new IOException("an element ends outside");
            return new int[] {start, start + length};
        }

        DER inside() throws IOException {
            int[] range = contents();
            return new DER(bytes, range[0], range[1]);
        }

        byte[] next() throws IOException {
            int from = position;
            position = contents()[1];
            return Arrays.copyOfRange(bytes, from, position);
        }

        void skip(int count) throws IOException {
            for (int i = 0; i < count; i++) next();
        }
    }

    private static byte[] taken(DataInputStream stream) throws IOException {
        return stream.readNBytes(stream.readInt());
    }

    public static void main(String[] arguments) throws IOException {
        Date now = new Date(Long.parseLong(arguments[0]) * 1000);
        DataInputStream stream = new DataInputStream(new BufferedInputStream(System.in));
        StringBuilder answers = new StringBuilder();
        while (true) {
            int purpose = stream.read();
            if (purpose < 0) break;
            int kind = stream.read(), count = stream.read();
            byte[] name = taken(stream);
            List<byte[]> certificates = new ArrayList<>();
            for (int i = 0; i < count; i++) certificates.add(taken(stream));
            String answer;
            try {
                answer = new Java(purpose, kind, name, certificates, now).verdict();
            } catch (GeneralSecurityException | IOException | RuntimeException failure) {
                answer = failure.getClass().getSimpleName() + ": " + failure.getMessage();
            }
            answers.append(answer.replaceAll("\\s+", " ")).append('\n');
        }
        System.out.print(answers);
    }
}
