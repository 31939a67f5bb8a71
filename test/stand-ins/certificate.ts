import { generate } from 'selfsigned'

/** A certificate for these names that is its own authority: whoever is to accept it has to be told to trust it. */
export async function createCertificate(
  hostnames: readonly string[],
): Promise<{ readonly certificate: string; readonly privateKey: string }> {
  const made = await generate([{ name: 'commonName', value: hostnames[0] ?? 'localhost' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: hostnames.map((hostname) =>
          /^[\d.]+$/.test(hostname) ? { type: 7, ip: hostname } : { type: 2, value: hostname },
        ),
      },
    ],
  })
  return { certificate: made.cert, privateKey: made.private }
}
