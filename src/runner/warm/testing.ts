/** A program that uses the AWS SDK in the ways in which a warm start could be told from a cold one (rehearsal.py). */

const MODEL = {
  metadata: {
    ...{ apiVersion: '2026-11-27', endpointPrefix: 'own', protocol: 'json', serviceId: 'Own', jsonVersion: '1.1' },
  },
  operations: { Ask: { name: 'Ask', http: { method: 'POST', requestUri: '/' } } },
  shapes: {},
};

export const AWS_SDK_ENVIRONMENT = {
  AWS_DATA_PATH: '/opt/ml/models',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_EC2_METADATA_DISABLED: 'true',
};

const SOURCE = `import boto3, os, pathlib, botocore.loaders
from boto3.session import Config, Session
from botocore.loaders import create_loader
print(boto3.DEFAULT_SESSION, Session().get_credentials(), Session().region_name)

loader = create_loader('/opt/ml/models')
print('own' in loader.list_available_services('service-2'), len(create_loader().list_available_services('service-2')))
print(list(loader.load_service_model('own', 'service-2')['operations']))
own = pathlib.Path('/opt/ml/models/own/2026-11-27/service-2.json')
own.write_text(own.read_text().replace('Ask', 'Answer'))
print(list(create_loader('/opt/ml/models').load_service_model('own', 'service-2')['operations']))

given = dict(endpoint_url='http://127.0.0.1:1', aws_access_key_id='AKIDEXAMPLE', aws_secret_access_key='secret')
client = boto3.client('s3', **given)
url = client.generate_presigned_url('get_object', {'Bucket': 'b', 'Key': 'k'})
print(client.meta.region_name, len(client.meta.service_model.operation_names), url.split('?')[0])
try:
    boto3.client('s3', config=Config(retries={'max_attempts': 1}), **given).get_object(Bucket='b', Key='k')
except Exception as error:
    print(type(error).__name__)
print({name for name in os.environ if 'OPENBLAS' in name})`;

export const AWS_SDK_PROGRAM = {
  files: { 'models/own/2026-11-27/service-2.json': JSON.stringify(MODEL) },
  command: ['python3', '-c', SOURCE],
};
