/** A request as protoc 3.21 encodes it, by the files of opentelemetry-proto: an encoder that has nothing to do with ours. */
export const exampleProtobuf = Buffer.from(
  [
    'CuEFCrQBChUKDHNlcnZpY2UubmFtZRIFCgNhcGkKGwoRc2VydmljZS5uYW1lc3BhY2USBgoEc2hvcAocChNzZXJ2aWNlLmluc3RhbmNlLmlkEg',
    'UKA2ktMQoUCglob3N0LmFyY2gSBwoFYW1kNjQKKAoEbGlzdBIgKh4KCxj/////////7/8BCgIQAQoJIQAAAAAAAPg/CgAKIAoDbWFwEhkyFwoJ',
    'CgFiEgQ6AgH/CgoKAWESBQoDPHg+EqcEChYKA2xpYhIDMS4yGggKAWsSAwoBdiABEkMKDHF1ZXVlLmxlbmd0aBIHTGVuZ3RoLhoBMSonCiUZ/x',
    'aOPf6clxcx+f////////86EQoKcXVldWUubmFtZRIDCgFhEpQBCg1odHRwLnJlcXVlc3RzGgl7cmVxdWVzdH06eApYEQAcHuL7nJcXGQAAKjb+',
    'nJcXIQAAAAAAQEVAKjsRAAAqNv6clxcZAAAAAAAA0D8iCAECAwQFBgcIKhABAgMEBQYHCAkKCwwNDg8QOgsKBHVzZXISAwoBdQoYGQAAKjb+nJ',
    'cXOgsKAXgSBgoEZ29uZUABEAIYARJ0CgdsYXRlbmN5GgFzSmYKYhEAHB7i+5yXFxkAACo2/pyXFyEGAAAAAAAAACkAAAAAAAApQDIYAQAAAAAA',
    'AAACAAAAAAAAAAMAAAAAAAAAOhAAAAAAAADgPwAAAAAAACRAWZqZmZmZmbk/YQAAAAAAACZAEAISUAoEc2l6ZRoCQnlSRApAGQAAKjb+nJcXIQ',
    'kAAAAAAAAAKQAAAAAAADRAMAI5AgAAAAAAAABCCAgBEgQDAKwCSgUIBBIBAXH8qfHSTWJQPxABEkwKA3JwY1pFCkMZAAAqNv6clxchAwAAAAAA',
    'AAApAAAAAAAAGEAyEgkAAAAAAADgPxEAAAAAAAAAQDISCQAAAAAAAPA/EQAAAAAAAAhAGhtodHRwczovL2V4YW1wbGUudGVzdC9zY2hlbWE=',
  ].join(''),
  'base64',
);

const second = '1700000000000000000';
const start = 1699999990000000000n.toString();

/** The same request in JSON, with members that nobody knows. */
export const exampleJson = {
  resourceMetrics: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'api' } },
          { key: 'service.namespace', value: { stringValue: 'shop' } },
          { key: 'service.instance.id', value: { stringValue: 'i-1' } },
          { key: 'host.arch', value: { stringValue: 'amd64' } },
          {
            key: 'list',
            value: {
              arrayValue: {
                values: [{ intValue: '-9007199254740993' }, { boolValue: true }, { doubleValue: 1.5 }, {}],
              },
            },
          },
          {
            key: 'map',
            value: {
              kvlistValue: {
                values: [
                  { key: 'b', value: { bytesValue: 'Af8=' } },
                  { key: 'a', value: { stringValue: '<x>' } },
                ],
              },
            },
          },
        ],
        unknown: { a: [1] },
      },
      scopeMetrics: [
        {
          scope: {
            name: 'lib',
            version: '1.2',
            attributes: [{ key: 'k', value: { stringValue: 'v' } }],
            droppedAttributesCount: 1,
          },
          schemaUrl: 'https://example.test/schema',
          metrics: [
            {
              name: 'queue.length',
              unit: '1',
              description: 'Length.',
              gauge: {
                dataPoints: [
                  {
                    timeUnixNano: '1700000000123999999',
                    asInt: '-7',
                    attributes: [{ key: 'queue.name', value: { stringValue: 'a' } }],
                  },
                ],
              },
            },
            {
              name: 'http.requests',
              unit: '{request}',
              sum: {
                aggregationTemporality: 2,
                isMonotonic: true,
                dataPoints: [
                  {
                    startTimeUnixNano: start,
                    timeUnixNano: second,
                    asDouble: 42.5,
                    exemplars: [
                      {
                        timeUnixNano: second,
                        asDouble: 0.25,
                        traceId: '0102030405060708090A0B0C0D0E0F10',
                        spanId: '0102030405060708',
                        filteredAttributes: [{ key: 'user', value: { stringValue: 'u' } }],
                      },
                    ],
                  },
                  {
                    timeUnixNano: second,
                    flags: 1,
                    attributes: [{ key: 'x', value: { stringValue: 'gone' } }],
                  },
                ],
              },
            },
            {
              name: 'latency',
              unit: 's',
              histogram: {
                aggregationTemporality: 2,
                dataPoints: [
                  {
                    startTimeUnixNano: start,
                    timeUnixNano: second,
                    count: '6',
                    sum: 12.5,
                    bucketCounts: ['1', 2, '3'],
                    explicitBounds: [0.5, 10],
                    min: 0.1,
                    max: 11,
                  },
                ],
              },
            },
            {
              name: 'size',
              unit: 'By',
              exponentialHistogram: {
                aggregationTemporality: 1,
                dataPoints: [
                  {
                    timeUnixNano: second,
                    count: 9,
                    sum: 20,
                    scale: 1,
                    zeroCount: '2',
                    zeroThreshold: 0.001,
                    positive: { offset: -1, bucketCounts: ['3', '0', '300'] },
                    negative: { offset: 2, bucketCounts: ['1'] },
                  },
                ],
              },
            },
            {
              name: 'rpc',
              summary: {
                dataPoints: [
                  {
                    timeUnixNano: second,
                    count: '3',
                    sum: 6,
                    quantileValues: [
                      { quantile: 0.5, value: 2 },
                      { quantile: 1, value: '3' },
                    ],
                  },
                ],
              },
            },
          ],
        },
      ],
    },
  ],
};
