from django.db import migrations


class Migration(migrations.Migration):
    """Who may upload files is a permission of its own: an import can touch every dataset at once."""

    dependencies = [("layers", "0001_domain")]

    operations = [
        migrations.AlterModelOptions(
            name="release",
            options={
                "ordering": ("-id",),
                "permissions": (("import_data", "可以上传并导入数据文件"),),
                "verbose_name": "数据发布",
                "verbose_name_plural": "数据发布",
            },
        ),
    ]
