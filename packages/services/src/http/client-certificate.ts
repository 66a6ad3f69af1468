import type { HttpHandler, HttpRequest, HttpResponse } from "@monolake/http";
import { type MakeService, type MayHave, makeLayered } from "@monolake/service-async";
import type { PeerCertificate } from "@monolake/streams";
import type { tlsDetails } from "../tls/tls-termination.ts";

/** What upstreams are told of a client's certificate. */
export interface ClientCertificateFieldOptions {
  /** Whether they get it in the field Client-Cert. What a client sends under that name is removed in any case. */
  readonly forward: boolean;
}

/**
 * Tells upstreams the certificate that a client has shown, in the field Client-Cert (RFC 9440). Nobody else can: the field and its
 * companion are removed from requests. Client_Cert and the like are up to `ambiguousFields` of the HTTP core.
 */
export class ClientCertificateField<Context extends MayHave<typeof tlsDetails>>
  implements HttpHandler<Context>
{
  readonly inner: HttpHandler<Context>;
  readonly #forward: boolean;
  /** A connection has many requests. */
  #last: { readonly certificate: PeerCertificate; readonly value: string } | undefined = undefined;

  constructor(inner: HttpHandler<Context>, { forward }: ClientCertificateFieldOptions) {
    this.inner = inner;
    this.#forward = forward;
  }

  call(request: HttpRequest, context: Context): Promise<HttpResponse> {
    const { headers } = request;
    headers.delete("client-cert");
    headers.delete("client-cert-chain");
    const certificate = this.#forward ? context.tls?.peerCertificate : undefined;
    if (certificate !== undefined) headers.set("Client-Cert", this.#valueOf(certificate));
    return this.inner.call(request, context);
  }

  #valueOf(certificate: PeerCertificate): string {
    if (this.#last?.certificate !== certificate)
      this.#last = { certificate, value: byteSequence(certificate.pem) };
    return this.#last.value;
  }
}

/** RFC 8941 §3.3.5: what is between the lines of a PEM text is the base64 that is asked for. */
const byteSequence = (pem: string): string => `:${pem.replaceAll(/-----[A-Z ]+-----|\s/g, "")}:`;

/** The layer of {@link ClientCertificateField}. */
export const clientCertificateField = <Context extends MayHave<typeof tlsDetails>>(
  options: ClientCertificateFieldOptions,
  inner: MakeService<HttpHandler<Context>>,
): MakeService<ClientCertificateField<Context>> =>
  makeLayered(ClientCertificateField<Context>, inner, (next) => new ClientCertificateField(next, options));
