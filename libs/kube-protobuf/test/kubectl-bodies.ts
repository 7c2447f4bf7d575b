/** Bodies that kubectl 1.32.4 sent, base64, by its arguments. */
export const KUBECTL_BODIES: Readonly<Record<string, string>> = {
  'create namespace x': 'azhzAAoPCgJ2MRIJTmFtZXNwYWNlEhkKEQoBeBIAGgAiACoAMgA4AEIAEgAaAgoAGgAiAA==',
  'create secret generic x --from-literal=a=b --type=Opaque':
    'azhzAAoMCgJ2MRIGU2VjcmV0EiMKEQoBeBIAGgAiACoAMgA4AEIAEgYKAWESAWIaBk9wYXF1ZRoAIgA=',
  'create serviceaccount x': 'azhzAAoUCgJ2MRIOU2VydmljZUFjY291bnQSEwoRCgF4EgAaACIAKgAyADgAQgAaACIA',
  'create service clusterip x --tcp=80:8080 --tcp=443:https':
    'azhzAAoNCgJ2MRIHU2VydmljZRKHAQobCgF4EgAaACIAKgAyADgAQgBaCAoDYXBwEgF4EmQKGwoHODAtODA4MBIDVENQGFAiBwgAEJA/GgAoAAoiCgk0NDMtaHR0cHMSA1RDUBi7AyILCAEQABoFaHR0cHMoABIICgNhcHASAXgaACIJQ2x1c3RlcklQOgBCAFIAWgBgAGgAGgIKABoAIgA=',
  'create service nodeport x --tcp=80 --node-port=30080':
    'azhzAAoNCgJ2MRIHU2VydmljZRJeChsKAXgSABoAIgAqADIAOABCAFoICgNhcHASAXgSOwoXCgI4MBIDVENQGFAiBggAEFAaACiA6wESCAoDYXBwEgF4GgAiCE5vZGVQb3J0OgBCAFIAWgBgAGgAGgIKABoAIgA=',
  'create service externalname x --external-name=a.example.org':
    'azhzAAoNCgJ2MRIHU2VydmljZRJWChsKAXgSABoAIgAqADIAOABCAFoICgNhcHASAXgSMxIICgNhcHASAXgaACIMRXh0ZXJuYWxOYW1lOgBCAFINYS5leGFtcGxlLm9yZ1oAYABoABoCCgAaACIA',
  'create role x --verb=get,list --resource=configmaps,secrets --resource-name=a':
    'azhzAAokChxyYmFjLmF1dGhvcml6YXRpb24uazhzLmlvL3YxEgRSb2xlEjoKEQoBeBIAGgAiACoAMgA4AEIAEiUKA2dldAoEbGlzdBIAGgpjb25maWdtYXBzGgdzZWNyZXRzIgFhGgAiAA==',
  'create clusterrole x --aggregation-rule=a=b,c=d':
    'azhzAAorChxyYmFjLmF1dGhvcml6YXRpb24uazhzLmlvL3YxEgtDbHVzdGVyUm9sZRInChEKAXgSABoAIgAqADIAOABCABoSChAKBgoBYRIBYgoGCgFjEgFkGgAiAA==',
  'create rolebinding x --role=r --user=u --group=g --serviceaccount=ns:sa':
    'azhzAAorChxyYmFjLmF1dGhvcml6YXRpb24uazhzLmlvL3YxEgtSb2xlQmluZGluZxKmAQoRCgF4EgAaACIAKgAyADgAQgASJgoEVXNlchIZcmJhYy5hdXRob3JpemF0aW9uLms4cy5pbxoBdSIAEicKBUdyb3VwEhlyYmFjLmF1dGhvcml6YXRpb24uazhzLmlvGgFnIgASGgoOU2VydmljZUFjY291bnQSABoCc2EiAm5zGiQKGXJiYWMuYXV0aG9yaXphdGlvbi5rOHMuaW8SBFJvbGUaAXIaACIA',
  'create token x --duration=10m --audience=a':
    'azhzAAooChhhdXRoZW50aWNhdGlvbi5rOHMuaW8vdjESDFRva2VuUmVxdWVzdBIgChAKABIAGgAiACoAMgA4AEIAEgYKAWEg2AQaBAoAEgAaACIA',
  'create token x --bound-object-kind=Secret --bound-object-name=s --bound-object-uid=u':
    'azhzAAooChhhdXRoZW50aWNhdGlvbi5rOHMuaW8vdjESDFRva2VuUmVxdWVzdBIuChAKABIAGgAiACoAMgA4AEIAEhQaEgoGU2VjcmV0EgJ2MRoBcyIBdRoECgASABoAIgA=',
  'auth can-i get configmaps/x -n ns':
    'azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSPgoQCgASABoAIgAqADIAOABCABIgCh4KAm5zEgNnZXQaACIAKgpjb25maWdtYXBzMgA6AXgaCAgAEgAaACAAGgAiAA==',
  'auth can-i get /logs':
    'azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSLAoQCgASABoAIgAqADIAOABCABIOEgwKBS9sb2dzEgNnZXQaCAgAEgAaACAAGgAiAA==',
  'auth can-i --list -n ns':
    'azhzAAoxChdhdXRob3JpemF0aW9uLms4cy5pby92MRIWU2VsZlN1YmplY3RSdWxlc1JldmlldxIeChAKABIAGgAiACoAMgA4AEIAEgQKAm5zGgQYACIAGgAiAA==',
  'auth whoami':
    'azhzAAotChhhdXRoZW50aWNhdGlvbi5rOHMuaW8vdjESEVNlbGZTdWJqZWN0UmV2aWV3EhoKEAoAEgAaACIAKgAyADgAQgASBgoECgASABoAIgA=',
};
