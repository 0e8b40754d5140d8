import { release, type as systemName } from 'node:os';
import type { ControllerContext } from '../controllers/controller.ts';
import { kubeTime } from '../object.ts';
import { nodeType } from '../resources/node.ts';

/** Where pods of this node are reached: they share the machine's network. */
export const address = '127.0.0.1';

/** Makes the Node object, or takes up the one of an earlier start, and says in it what this machine is. */
export function registerNode(
  { objects, clock }: Pick<ControllerContext, 'objects' | 'clock'>,
  name: string,
): void {
  const existing = objects.find(nodeType, '', name);
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': process.platform,
    'kubernetes.io/arch': process.arch === 'x64' ? 'amd64' : process.arch,
  };
  const node =
    existing ??
    objects.create(
      nodeType,
      { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } },
      { fieldManager: 'kubelet' },
    );
  const now = kubeTime(clock.now());
  objects.updateStatus(nodeType, node, {
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: name },
    ],
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: 'the node takes pods',
        lastTransitionTime: now,
      },
    ],
    nodeInfo: {
      kubeletVersion: 'v1.34.0+embedded',
      osImage: systemName(),
      kernelVersion: release(),
      operatingSystem: process.platform,
      architecture: labels['kubernetes.io/arch'],
      containerRuntimeVersion: `processes://${process.version}`,
    },
  });
}
