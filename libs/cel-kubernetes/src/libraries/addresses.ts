import { opaque } from '../checking/cel-type.ts';
import type { CelLibrary } from '../checking/declaration.ts';
import { declared, define, method, opaqueOf, overload } from '../checking/declared.ts';
import type { Spend } from '../cost/cost-budget.ts';
import type { CallEstimator } from '../cost/cost-estimate.ts';
import { add, exactly, scale, traversalFactor } from '../cost/cost-estimate.ts';
import { sizeOfArgument, traversal, traversalEstimate } from '../cost/runtime-cost.ts';
import { typeConstant } from '../standard/standard-library.ts';
import { codePointLength } from '../values/text.ts';
import { converts } from './conversion.ts';
import { CidrValue, IpValue, ipTraits, parseCidr, parseIp } from './ip-value.ts';

const { bool, int, string } = declared;
const ip = opaqueOf('net.IP', IpValue);
const cidr = opaqueOf('net.CIDR', CidrValue);

const parsed = { cost: (text: string) => traversal(codePointLength(text)), estimate: traversalEstimate() };
const parsedTwice = {
  cost: (text: string) => traversal(codePointLength(text), 2),
  estimate: traversalEstimate(2),
};

/** Reading an address takes some 4 µs, of which its cost shows little. */
const parseWork = 40;

function readIp(text: string, work: Spend): IpValue {
  work(parseWork);
  return parseIp(text);
}

function readCidr(text: string, work: Spend): CidrValue {
  work(parseWork);
  return parseCidr(text);
}

/** Comparing prefixes: two of 4 to 16 bytes. Spec: apiserver pkg/cel/library/cost.go, containsIP, containsCIDR. */
const comparison = scale({ min: 8, max: 32 }, traversalFactor);
const masking = add(scale({ min: 4, max: 16 }, traversalFactor), exactly(1));
const compareCost = ({ prefixBytes }: CidrValue) => traversal(prefixBytes, 2);
const maskCost = ({ prefixBytes }: CidrValue) => traversal(prefixBytes) + 1;
const textEstimate: CallEstimator = (_, text) => ({ cost: scale(sizeOfArgument(text), traversalFactor) });

const containsIp = { cost: compareCost, estimate: () => ({ cost: comparison }) };
const containsIpText = {
  cost: (network: CidrValue, text: string) => compareCost(network) + traversal(codePointLength(text)),
  estimate: ((...args) => ({ cost: add(comparison, textEstimate(...args).cost) })) satisfies CallEstimator,
};
const containsCidr = {
  cost: (network: CidrValue) => compareCost(network) + maskCost(network),
  estimate: () => ({ cost: add(comparison, masking) }),
};
const containsCidrText = {
  cost: (network: CidrValue, text: string) =>
    compareCost(network) + maskCost(network) + traversal(codePointLength(text)),
  estimate: ((...args) => ({
    cost: add(comparison, masking, textEstimate(...args).cost),
  })) satisfies CallEstimator,
};

/** IP addresses. Spec: Kubernetes documentation, "Kubernetes IP address library". */
export const ips: CelLibrary = {
  name: 'kubernetes.net.ip',
  constants: [typeConstant('net.IP', opaque('net.IP'))],
  functions: [
    define(
      'ip',
      overload('string_to_ip', [string], ip, (text, work) => readIp(text, work), parsed),
    ),
    define(
      'isIP',
      overload('is_ip', [string], bool, (text, work) => converts(() => readIp(text, work))(text), parsed),
    ),
    define(
      'ip.isCanonical',
      overload(
        'ip_is_canonical',
        [string],
        bool,
        (text, work) => readIp(text, work).toString() === text,
        parsedTwice,
      ),
    ),
    define(
      'family',
      method('ip_family', [ip], int, ({ family }) => BigInt(family)),
    ),
    ...Object.entries(ipTraits).map(([name, holds]) => define(name, method(`ip_${name}`, [ip], bool, holds))),
    define('string', overload('ip_to_string', [ip], string, String)),
  ],
};

/** Networks. Spec: Kubernetes documentation, "Kubernetes CIDR library". */
export const cidrs: CelLibrary = {
  name: 'kubernetes.net.cidr',
  constants: [typeConstant('net.CIDR', opaque('net.CIDR'))],
  functions: [
    define(
      'cidr',
      overload('string_to_cidr', [string], cidr, (text, work) => readCidr(text, work), parsed),
    ),
    define(
      'isCIDR',
      overload('is_cidr', [string], bool, (text, work) => converts(() => readCidr(text, work))(text), parsed),
    ),
    define(
      'containsIP',
      method(
        'cidr_contains_ip_string',
        [cidr, string],
        bool,
        (network, text, work) => network.contains(readIp(text, work)),
        containsIpText,
      ),
      method(
        'cidr_contains_ip_ip',
        [cidr, ip],
        bool,
        (network, address) => network.contains(address),
        containsIp,
      ),
    ),
    define(
      'containsCIDR',
      method(
        'cidr_contains_cidr_string',
        [cidr, string],
        bool,
        (network, text, work) => network.containsNetwork(readCidr(text, work)),
        containsCidrText,
      ),
      method(
        'cidr_contains_cidr',
        [cidr, cidr],
        bool,
        (network, other) => network.containsNetwork(other),
        containsCidr,
      ),
    ),
    define(
      'ip',
      method('cidr_ip', [cidr], ip, ({ address }) => address),
    ),
    define(
      'prefixLength',
      method('cidr_prefix_length', [cidr], int, ({ bits }) => BigInt(bits)),
    ),
    define(
      'masked',
      method('cidr_masked', [cidr], cidr, (network) => network.masked()),
    ),
    define('string', overload('cidr_to_string', [cidr], string, String)),
  ],
};
