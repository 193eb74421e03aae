// Client PORT AUTHORITY VERSION: what test_tls_clients.py asks of a client, by java.net.http.

import java.io.FileInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

class Client {
    static final int SIZE = 5_000_000;

    public static void main(String[] words) throws Exception {
        String service = "https://localhost:" + words[0];
        SSLContext context = trusting(words[1]);
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv" + words[2]});

        HttpClient client = HttpClient.newBuilder().sslContext(context).sslParameters(parameters).build();
        byte[] body = read(client, request(service + "/bytes/" + SIZE));
        System.out.println(md5(body));
        HttpRequest.Builder upload = request(service + "/echo").POST(HttpRequest.BodyPublishers.ofByteArray(body));
        System.out.println(new String(read(client, upload)));

        // Another client has connections of its own; the sessions belong to the context.
        HttpClient other = HttpClient.newBuilder().sslContext(context).sslParameters(parameters).build();
        System.out.println(md5(read(other, request(service + "/chunked/" + SIZE))));
    }

    static SSLContext trusting(String authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        try (FileInputStream file = new FileInputStream(authority)) {
            store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url));
    }

    static byte[] read(HttpClient client, HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofByteArray()).body();
    }

    static String md5(byte[] body) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(body));
    }
}
